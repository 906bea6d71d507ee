from __future__ import annotations

import pytest

from tui.model.manifest import managers

NONE: dict[str, str] = {}


@pytest.mark.parametrize(
    ("labels", "annotations", "words"),
    [
        (
            NONE,
            {"argocd.argoproj.io/tracking-id": "stack:m/SM:ns/n"},
            "application sta",
        ),
        ({"argocd.argoproj.io/instance": "stack"}, NONE, "Argo CD manages it"),
        ({"kustomize.toolkit.fluxcd.io/name": "apps"}, NONE, "kustomization apps"),
        ({"helm.toolkit.fluxcd.io/name": "stack"}, NONE, "HelmRelease stack"),
        (NONE, {"meta.helm.sh/release-name": "stack"}, "the Helm release stack"),
        ({"app.kubernetes.io/managed-by": "Helm"}, NONE, "part of Helm"),
        ({"app.kubernetes.io/managed-by": "tanka"}, NONE, "tanka manages it"),
    ],
)
def test_who_would_bring_it_back_is_told_by_their_marks(
    labels: dict[str, str], annotations: dict[str, str], words: str
) -> None:
    (found,) = managers(labels, annotations, ())
    assert words in found


def test_what_nobody_manages_stays_away() -> None:
    assert managers({"release": "stack"}, NONE, ()) == ()


def test_gitops_explains_more_than_the_chart_that_it_renders() -> None:
    labels = {
        "argocd.argoproj.io/instance": "stack",
        "app.kubernetes.io/managed-by": "Helm",
    }
    (found,) = managers(labels, NONE, ())
    assert found.startswith("Argo CD")


def test_an_owner_may_make_it_again() -> None:
    assert managers(NONE, NONE, ["Monitoring main"]) == (
        "Its owner Monitoring main may make it again.",
    )
