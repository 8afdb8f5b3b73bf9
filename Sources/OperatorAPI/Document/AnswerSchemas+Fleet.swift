import FleetEngine

extension AnswerSchemas {
    static var status: [String: JSON] {
        [
            "Status": object([
                "fleet": text, "at": moment, "head": fact, "is_simulated": flag, "needs_a_person": flag,
                "troubles": list(text, most: FleetStatus.mostTroubles + 1),
                "engine": object([
                    "is_running": flag, "failure": orNull(text), "since": orNull(moment), "user": orNull(text),
                    "process": orNull(count), "addresses": list(text, most: 10),
                ]),
                "updates": list(
                    object([
                        "id": text, "title": text, "release": text, "strategy": text, "status": text, "reason": text,
                        "phase": orNull(text), "counts": named("Counts"), "success": orNull(named("Success")),
                        "gate": orNull(named("Gate")), "parent": orNull(text),
                    ]), most: FleetStatus.mostUpdates),
                "devices": object([
                    "total": count, "online": count, "offline": count, "unknown": count, "held": count,
                    "awaiting_acceptance": count, "decommissioned": count,
                ]),
                "alerts": list(
                    object(["severity": ["enum": ["caution", "warning"]], "text": text, "since": moment]),
                    most: FleetStatus.mostAlerts),
            ])
        ]
    }

    static var updates: [String: JSON] {
        let rows = APILimits.mostRows, groups = UpdateDetail.mostGroups
        let group = object(["reason": text, "count": count])
        return [
            "UpdateLine": object([
                "id": text, "title": text, "release": text, "strategy": text, "status": text, "reason": text,
                "parent": orNull(text), "started_at": orNull(moment), "ended_at": orNull(moment),
                "counts": named("Counts"),
            ]),
            "UpdateList": object([
                "basis": fact, "total": count, "offset": count, "updates": list(named("UpdateLine"), most: rows),
            ]),
            "Update": object([
                "basis": fact, "id": text, "title": text, "release": text, "strategy": text, "status": text,
                "reason": text, "selector": text, "parent": orNull(text), "rollback": orNull(text),
                "started_at": orNull(moment), "ended_at": orNull(moment), "expected_end": orNull(moment),
                "counts": named("Counts"), "success": orNull(named("Success")), "gate": orNull(named("Gate")),
                "phase": orNull(text),
                "phases": list(
                    object([
                        "name": text, "percent": count, "verdict": text, "counts": named("Counts"),
                        "opened_at": orNull(moment), "closed_at": orNull(moment),
                    ]), most: groups),
                "waiting": list(group, most: groups), "causes": list(group, most: groups),
            ]),
            "Preview": preview(group),
        ]
    }

    private static func preview(_ group: JSON) -> JSON {
        let names = PreviewAnswer.mostNames
        let regions = list(object(["region": text, "count": count]), most: APILimits.mostRows)
        return object([
            "basis": fact, "update": text, "status": text,
            "start": orNull(
                object([
                    "release": text, "targets": count, "online": count, "offline": count, "unknown": count,
                    "skipped": list(group, most: names),
                    "phases": list(object(["name": text, "size": count]), most: names), "regions": regions,
                ])),
            "rollback": orNull(
                object([
                    "preview": text, "changed": count, "in_flight": count, "withdrawn": count, "to_check": count,
                    "cancelled": count, "offline": count, "unchanged": count,
                    "go_back_to": list(object(["release": text, "count": count]), most: names),
                    "impossible": count,
                    "impossible_devices": list(object(["id": text, "reason": text]), most: names),
                    "regions": regions,
                ])),
        ])
    }

    static var devices: [String: JSON] {
        let tag = object(["name": text, "value": text])
        return [
            "DeviceLine": object([
                "id": text, "name": text, "region": text, "site": text, "location": text, "status": text,
                "lifecycle": text, "firmware": text, "last_seen": orNull(moment), "held": orNull(text),
            ]),
            "DevicePage": object([
                "basis": fact, "total": count, "offset": count,
                "devices": list(named("DeviceLine"), most: APILimits.mostRows),
            ]),
            "Device": object([
                "basis": fact, "device": named("DeviceLine"), "address": text, "time_zone": text,
                "tags": list(tag, most: 1000), "described": list(tag, most: 1000), "waits_since": orNull(moment),
                "assignments": list(
                    object([
                        "update": text, "release": text, "state": text, "step": orNull(text), "attempt": count,
                        "attempts": count, "reason": orNull(text), "waits_for": orNull(text), "turned_bad": flag,
                        "previous": orNull(text), "started_at": orNull(moment), "ended_at": orNull(moment),
                    ]), most: DeviceRecordAnswer.mostAssignments),
                "timeline": list(object(["at": moment, "who": text, "text": text]), most: 100),
            ]),
        ]
    }

    static var others: [String: JSON] {
        [
            "EventPage": object([
                "next": fact, "latest": fact,
                "events": list(
                    object([
                        "number": fact, "at": moment, "kind": text, "update": orNull(text), "device": orNull(text),
                        "who": text, "text": text,
                    ]), most: APILimits.mostRows),
            ]),
            "ReleaseList": object([
                "total": count, "offset": count,
                "releases": list(
                    object([
                        "version": text, "notes": text, "size": count,
                        "artifacts": list(object(["name": text, "size": count, "sha256": text]), most: 1000),
                    ]), most: APILimits.mostRows),
            ]),
        ]
    }
}
