import Cells
import FleetCore
import FleetEngine

/// What is shown before the first view has come: that it is waited for, and nothing that only the engine knows.
enum ConnectingScreen {
    /// After how long it is said for how long.
    private static let patience = Duration.seconds(1)

    static func draw(_ scene: Scene, since: Timestamp, on frame: inout Frame) {
        var line = FittedLine()
        line.left = [FittedLine.Part(text(scene, since: since), role: .title, rank: 0, flags: .bold)]
        line.right = [FittedLine.Part(scene.state.operatorName, role: .dim, rank: 1)]
        line.draw(in: scene.layout.header, on: &frame)
    }

    private static func text(_ scene: Scene, since: Timestamp) -> String {
        let age = scene.now - since
        let time = age >= patience ? " for \(DurationText.short(age))" : ""
        guard let why = scene.live.health.failure else { return "connecting to the engine\(time) ..." }
        return "connecting\(time): \(why)"
    }
}
