/// What a device asks for, one after the other, from its poll to its last report.
struct DeviceRun {
    /// Where a device stands: what it has asked for last.
    enum Step: Int {
        case poll, deployment, download, proceeding, closed
    }

    let fleet: MusterServer

    init(_ fleet: MusterServer) { self.fleet = fleet }

    /// The request of a step.
    /// - Parameter action: The action of which the poll told; 0 before.
    func request(_ step: Step, _ device: String, action: Int) -> [UInt8] {
        let order = "/deploymentBase/\(action)"
        return switch step {
        case .poll: fleet.request("GET", device)
        case .deployment: fleet.request("GET", device, order + "?c=2")
        case .download:
            fleet.request("GET", device, "/softwaremodules/\(action)/artifacts/\(MusterServer.file)")
        case .proceeding: feedback(device, action, "proceeding", "none")
        case .closed: feedback(device, action, "closed", "success")
        }
    }

    /// A report of an action.
    func feedback(_ device: String, _ action: Int, _ execution: String, _ finished: String) -> [UInt8] {
        fleet.request(
            "POST", device, "/deploymentBase/\(action)/feedback", headers: "Content-Type: application/json\r\n",
            body: #"{"id":"\#(action)","status":{"result":{"finished":"\#(finished)"},"execution":"\#(execution)"}}"#)
    }

    /// The action that a poll's answer points to; nil: none.
    static func action(in body: UnsafeRawBufferPointer) -> Int? {
        let name = Array("/deploymentBase/".utf8)
        var place = 0
        while place + name.count < body.count {
            if body[place] == name[0], name.indices.allSatisfy({ body[place + $0] == name[$0] }) {
                let digits = body[(place + name.count)...].prefix { (48...57).contains($0) }
                return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
            }
            place += 1
        }
        return nil
    }

    /// Has a device poll until it has an order; gives the request for its file.
    func download(_ device: String, _ server: ServerProcess) throws -> [UInt8] {
        let client = try LoadClient(port: server.port, connections: 1)
        let poll = request(.poll, device, action: 0)
        var action: Int?, polls = 0
        _ = try client.run(first: { _ in poll }) { answer in
            action = Self.action(in: answer.body)
            polls += 1
            return action == nil && polls < 1000 ? poll : nil
        }
        guard let action else { throw BenchmarkFailure("\(device) is offered nothing") }
        return request(.download, device, action: action)
    }
}
