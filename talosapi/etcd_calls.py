"""The calls about etcd. Workers answer none of them: UNSUPPORTED."""

from __future__ import annotations

from talosapi import decode_workload
from talosapi.calls import UNARY_SECONDS, Calls
from talosapi.etcd import EtcdAlarm, EtcdMember, EtcdStatus
from talosapi.method import Method
from talosapi.proto import etcd_pb2 as etcd

_MEMBERS = Method("EtcdMemberList", etcd.EtcdMemberListResponse.FromString)
_STATUS = Method("EtcdStatus", etcd.EtcdStatusResponse.FromString)
_ALARMS = Method("EtcdAlarmList", etcd.EtcdAlarmListResponse.FromString)


class EtcdCalls(Calls):
    """etcd, as each control plane node sees it. Role: os:reader."""

    async def etcd_members(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[EtcdMember, ...]:
        """The members by host name, as the cluster agrees on them."""
        reply = await self._caller.ask(_MEMBERS, node, timeout_seconds)
        return decode_workload.etcd_members(reply)

    async def etcd_status(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> EtcdStatus:
        """The node's own member: ask each control plane node for its own."""
        reply = await self._caller.ask(_STATUS, node, timeout_seconds)
        return decode_workload.etcd_status(reply)

    async def etcd_alarms(
        self, node: str, *, timeout_seconds: float = UNARY_SECONDS
    ) -> tuple[EtcdAlarm, ...]:
        """The alarms raised. Before Talos 1.11 it takes os:operator or os:admin."""
        reply = await self._caller.ask(_ALARMS, node, timeout_seconds)
        return decode_workload.etcd_alarms(reply)
