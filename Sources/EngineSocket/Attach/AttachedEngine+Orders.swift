import FleetCore
import FleetEngine

/// Commands on their way to the engine, and those that nobody answers any more.
extension AttachedEngine.State {
    /// Says of commands that nobody will answer any more that their end is not known.
    mutating func giveUp(_ tickets: [UInt64]) {
        for ticket in tickets.sorted() {
            open[ticket] = nil
            let problem = Refusal(
                "the connection to the engine was lost before it answered",
                remedy: "the events tell whether it was carried out")
            var reply = EngineReply(ticket: ticket, refusal: problem)
            reply.isUndecided = true
            news.replies.append(reply)
        }
    }

    var hasSomethingToSend: Bool {
        connection != nil && (hasToAsk || hasTaken || firstUnsent < nextTicket)
    }

    /// What is to be sent now, and where.
    mutating func takeOutgoing() -> (AttachedEngine.Connection, [ConsoleMessage])? {
        guard let connection else { return nil }
        var messages = (firstUnsent..<nextTicket).compactMap { ticket in
            open[ticket].map { ConsoleMessage.command($0.order, ticket: ticket) }
        }
        firstUnsent = nextTicket
        if hasToAsk, let query { messages.append(.query(query)) }
        if hasTaken { messages.append(.taken) }
        hasToAsk = false
        hasTaken = false
        return (connection, messages)
    }
}
