import FleetCore
import FleetEngine
import Logging

/// What is written down of devices at work. Texts of devices are data in it, and no token is.
extension DDIController {
    /// Writes down what happened to a device's order.
    func note(
        _ what: Logger.Message, _ device: String, _ work: DeviceAnswer.Work, _ more: Logger.Metadata = [:]
    ) {
        guards.activity.write(.info, what) {
            [
                "device": "\(device)", "update": "\(work.update)", "action": "\(work.order.generation)",
                "release": "\(work.order.release)",
            ].merging(more) { first, _ in first }
        }
    }

    /// What the engine is told where something speaks for two devices.
    func twins(_ evidence: String?) -> [DeviceCall.Body] {
        evidence.map { [.init(.twoUnderOneID(evidence: $0))] } ?? []
    }

    /// Writes down what an operator has to look at: a device that is held since this call, and one that waits since it.
    func noteStanding(_ answer: DeviceAnswer, _ device: String, _ evidence: String?) {
        if answer.standing == .notInService, let evidence {
            guards.activity.write(.warning, "two devices call in by one id: it gets no orders") {
                ["device": "\(device)", "evidence": "\(evidence)"]
            }
        }
        if answer.standing == .waiting, newcomers.isNew(device) {
            guards.activity.write(.info, "a device called in that waits for acceptance") { ["device": "\(device)"] }
        }
    }

    /// Writes down that a delivery has begun, or how it ended and how many bytes of it are known to have arrived.
    func noteDelivery(
        _ progress: FileDelivery.Progress, of artifact: Artifact, _ device: String, _ work: DeviceAnswer.Work
    ) {
        let fields: Logger.Metadata = [
            "file": "\(artifact.name)", "from": "\(progress.range.lowerBound)",
            "bytes": "\(progress.arrived - progress.range.lowerBound)",
        ]
        note("a download has \(progress.stage.rawValue)", device, work, fields)
    }
}

extension Feedback {
    /// What is written down of it.
    var metadata: Logger.Metadata { ["execution": "\(execution.rawValue)", "finished": "\(finished.rawValue)"] }
}
