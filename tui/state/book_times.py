"""Times in the history, each moment once.

An hour that a clock was put back by is in two watches, and in two spans.
"""

from __future__ import annotations

WATCHED = """
SELECT endpoint, until, max(since, coalesce(max(until) OVER (
  PARTITION BY endpoint ORDER BY since, until
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), since)) AS since
FROM watch
"""
"""When each endpoint was read. What is not positive was read by an earlier one."""
SPANS = """
SELECT name, cluster, episode, endpoint, verdict, hidden, until,
       max(since, coalesce(max(until) OVER (
         PARTITION BY episode ORDER BY since, until
         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), since)) AS since
FROM (
  SELECT e.name, e.cluster, e.id AS episode, e.endpoint, s.verdict, s.hidden,
         max(s.since, :since) AS since,
         min(coalesce(s.until, w.until), w.until, :until) AS until
  FROM span s JOIN watch w ON w.id = s.watch JOIN episode e ON e.id = s.episode
  WHERE w.until > :since
) WHERE until > since
"""
"""Every span as far as it lies in a window, and in none that began before it. What is
not positive lies in others.
"""
