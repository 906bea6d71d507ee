"""A ServiceMonitor as a whole, and who would bring it back once it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from tui.model.fault import Fault
from tui.model.labels import Labels

KIND = "ServiceMonitor"

_TRACKING = "argocd.argoproj.io/tracking-id"
_INSTANCE = "argocd.argoproj.io/instance"
_KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/name"
_HELM_RELEASE = "helm.toolkit.fluxcd.io/name"
_RELEASE = "meta.helm.sh/release-name"
_MANAGED_BY = "app.kubernetes.io/managed-by"


class Manifest(Struct, frozen=True, gc=False):
    """One ServiceMonitor, as the server has it."""

    cluster: str
    """The cluster of the config whose Kubernetes holds it."""
    namespace: str
    name: str
    uid: str
    resource_version: str
    text: str
    """YAML of all of it but managedFields, which nobody can put back."""
    managers: tuple[str, ...] = ()
    """Who would make it again, each a sentence."""
    why: str = ""
    """How it was found to be the one."""
    also: tuple[str, ...] = ()
    """Other jobs that it makes, which end with it."""

    @property
    def path(self) -> str:
        """namespace/name."""
        return f"{self.namespace}/{self.name}"


class Manifests(Struct, frozen=True, gc=False):
    """The ServiceMonitors that make one job."""

    cluster: str
    """Where they are."""
    job: str
    found: tuple[Manifest, ...] = ()
    fault: Fault | None = None
    """Why they could not be read; then `found` means nothing."""
    refusal: str = ""
    """What the config has to say before one may be deleted; empty when it does."""
    asked_for: str = ""
    """The cluster whose job it is; its Prometheus may live in another one."""


class Kept(Struct, frozen=True, gc=False):
    """What was deleted and can be put back."""

    id: str
    at: datetime
    cluster: str
    namespace: str
    name: str
    path: str
    """The file."""
    text: str
    """YAML."""


def managers(
    labels: Labels, annotations: Labels, owners: Iterable[str]
) -> tuple[str, ...]:
    """Who made an object, by the marks that they leave, and what follows from it.

    owners  kind and name of each owner
    """
    found = []
    if app := annotations.get(_TRACKING, "").partition(":")[0] or labels.get(_INSTANCE):
        found.append(
            f"Argo CD manages it (application {app}): the next sync brings it back, "
            "unless it is taken out of what is synced."
        )
    if name := labels.get(_KUSTOMIZATION):
        found.append(
            f"Flux manages it (kustomization {name}): the next reconciliation brings "
            "it back, unless it is taken out of the repository."
        )
    if name := labels.get(_HELM_RELEASE):
        found.append(
            f"Flux manages it (HelmRelease {name}): the next upgrade brings it back, "
            "unless the values turn it off."
        )
    release = annotations.get(_RELEASE, "")
    if not found and (release or labels.get(_MANAGED_BY) == "Helm"):
        which = f"the Helm release {release}" if release else "Helm"
        found.append(
            f"It is part of {which}: the next upgrade brings it back, unless the "
            "values turn it off."
        )
    manager = labels.get(_MANAGED_BY, "")
    if not found and manager:
        found.append(f"{manager} manages it, and may bring it back.")
    found += [f"Its owner {owner} may make it again." for owner in owners]
    return tuple(found)
