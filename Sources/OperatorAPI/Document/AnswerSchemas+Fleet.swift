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
                    object(
                        line + [
                            ("phase", phase), ("counts", named("Counts")), ("success", rate),
                            ("causes", list(group, most: FleetStatus.mostCauses).told(causes)),
                            ("more_causes", count.told("Causes beyond those that are named.")), ("gate", gate),
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

    private static let group = object(["reason": text, "count": count])
    private static let causes = "What devices failed by, most first, with the failures by each."
    private static let phase = orNull(text).told("The phase that is open; null: it has none.")
    private static let rate = orNull(named("Success")).told(
        "Over all devices attempted to an end; null: none has ended, or the update was rolled back.")
    private static let gate = orNull(named("Gate")).told("The gate that decides next; null: there is none.")
    private static let begin = orNull(moment).told("When its targets were frozen; null: it has not begun.")
    private static let end = orNull(moment).told("When it ended; null: it has not.")

    /// What every list says of an update.
    private static let line: [(String, JSON)] = [
        ("id", text), ("title", text),
        (
            "release",
            text.told(
                "The release that it brings. Of a rollback and of its retries: the release that is taken back; each device "
                    + "goes to the one that it had before.")
        ),
        ("strategy", text.told("immediate, scheduled, progressive, on-connect, rollback or retry.")),
        (
            "status",
            text.told(
                "Where it stands: draft, awaiting approval, scheduled, running, paused, cancelling, completed, halted, "
                    + "cancelled, rolling back or rolled back; in the place of the last ones partly back, where devices did not "
                    + "come back, and of completed all failed, where no device succeeded.")
        ),
        (
            "reason",
            text.told(
                "Why it is held, how it ended, or how many devices are back; empty where the status says it all.")
        ),
        ("parent", orNull(text).told("The update that it rolls back or retries; null: none.")),
    ]

    static var updates: [String: JSON] {
        let rows = APILimits.mostRows, groups = UpdateDetail.mostGroups
        return [
            "UpdateLine": object(line + [("started_at", begin), ("ended_at", end), ("counts", named("Counts"))]),
            "UpdateList": object([
                "basis": fact, "total": count, "offset": count, "updates": list(named("UpdateLine"), most: rows),
            ]),
            "Update": object(
                line + [
                    ("basis", fact), ("selector", text.told("Which devices it names.")),
                    ("rollback", orNull(text).told("The id of its latest rollback; null: it has none.")),
                    ("started_at", begin), ("ended_at", end),
                    ("expected_end", orNull(moment).told("When the last device will be done; null: not known.")),
                    ("counts", named("Counts")), ("success", rate), ("gate", gate), ("phase", phase),
                    (
                        "phases",
                        list(
                            object([
                                "name": text,
                                "percent": count.told("Of the targets, the phases before it included."),
                                "verdict": text.told("What its gate said last."), "counts": named("PhaseCounts"),
                                "opened_at": orNull(moment), "closed_at": orNull(moment),
                            ]), most: groups)
                    ),
                    (
                        "waiting",
                        list(group, most: groups).told(
                            "Devices that wait, by reason, most first; what is true of one of them only is left out.")
                    ),
                    ("causes", list(group, most: groups).told(causes)),
                ]),
            "Preview": preview,
        ]
    }

    private static var preview: JSON {
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
