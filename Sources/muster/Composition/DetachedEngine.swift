/// An engine in a process of its own, that goes on when the session that started it ends.
enum DetachedEngine {
    /// Where what it has to say goes, in the state folder.
    static let logName = "engine.log"
}
