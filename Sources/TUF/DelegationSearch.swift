/// The search for the role that describes a target: in order of appearance, each role before those whom it trusts, each
/// role once.
struct DelegationSearch {
    let target: String
    let mostVisitedRoles: Int
    private var waiting = [Visit(role: Targets.typeName, delegator: nil)]
    private var visited: Set<String> = []

    struct Visit: Sendable {
        var role: String
        var delegator: TrustedMetadata.Delegator?
    }

    init(target: String, mostVisitedRoles: Int) {
        self.target = target
        self.mostVisitedRoles = mostVisitedRoles
    }

    /// The next role to ask; nil if there is none.
    mutating func next() throws(TUFRefusal) -> Visit? {
        while let visit = waiting.popLast() {
            guard !visited.contains(visit.role) else { continue }
            guard visited.count < mostVisitedRoles else {
                throw .tooManyRoles(target: target, limit: mostVisitedRoles)
            }
            visited.insert(visit.role)
            return visit
        }
        return nil
    }

    /// The role has been asked: either it describes the target, or those whom it trusts with it are next.
    mutating func asked(_ role: String, answers targets: Targets) -> TargetFile? {
        if let found = targets.file(named: target) { return found }
        guard let delegations = targets.delegations else { return nil }
        let delegator = TrustedMetadata.Delegator(name: role, delegations: delegations)
        var next: [Visit] = []
        for delegated in delegations.roles where delegated.isTrusted(withTarget: target) {
            next.append(Visit(role: delegated.name, delegator: delegator))
            guard delegated.isTerminating else { continue }
            waiting.removeAll()
            break
        }
        waiting.append(contentsOf: next.reversed())
        return nil
    }
}

extension Targets {
    /// The file of exactly this name: for Swift two texts are equal where they only look the same.
    public func file(named name: String) -> TargetFile? {
        guard let index = targets.index(forKey: name), targets[index].key.utf8.elementsEqual(name.utf8) else {
            return nil
        }
        return targets[index].value
    }
}
