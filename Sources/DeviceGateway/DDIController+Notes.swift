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

    /// Writes down that a delivery has begun, or how it ended.
    func noteDelivery(
        _ range: Range<Int64>, _ stage: FileDelivery.Stage, of artifact: Artifact, _ device: String,
        _ work: DeviceAnswer.Work
    ) {
        let fields: Logger.Metadata = [
            "file": "\(artifact.name)", "from": "\(range.lowerBound)", "bytes": "\(range.count)",
        ]
        note("a download has \(stage.rawValue)", device, work, fields)
    }
}

extension Feedback {
    /// What is written down of it.
    var metadata: Logger.Metadata { ["execution": "\(execution.rawValue)", "finished": "\(finished.rawValue)"] }
}
