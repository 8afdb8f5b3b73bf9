import NIOCore

/// Lets anybody look how far a delivery has come, which is known on its connection's event loop.
final class DeliveryLook: Sendable {
    private let loop: any EventLoop
    private let pump: NIOLoopBoundBox<FilePump?>

    /// A look at a delivery on a connection of this event loop.
    init(_ loop: any EventLoop) {
        self.loop = loop
        pump = .makeEmptyBox(valueType: FilePump.self, eventLoop: loop)
    }

    /// What sends the file; nil: it is sent no more. Called on the event loop.
    func watch(_ pump: FilePump?) { self.pump.value = pump }

    /// Has the delivery tell how far it has come.
    func callAsFunction() async {
        try? await loop.submit { self.pump.value?.look() }.get()
    }
}
