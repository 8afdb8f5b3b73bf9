import Foundation

/// python-tuf's own client with the metadata that it keeps between walks.
struct PythonClient {
    private let shop: ShopFleet
    private let python: String
    /// Where it keeps what it trusts, and what it downloads.
    let folder: String

    init(_ shop: ShopFleet) throws {
        self.shop = shop
        folder = "\(shop.root)/client-\(UUID().uuidString)"
        let install = try ProgramRun(
            ShopFleet.checkout("Tests/PythonTUF/install"), [], ProcessInfo.processInfo.environment,
            folder: "\(shop.root)/work")
        guard install.code == 0 else { throw Failure("python-tuf cannot be installed: \(install.errors)") }
        python = install.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// One walk: refreshes, and downloads targets.
    /// - Parameters:
    ///   - url: Of the repository; a path reads from a folder.
    ///   - root: The root that it begins with; nil: it goes on with its own.
    func walk(_ url: String, root: String? = nil, _ targets: String...) throws -> ProgramRun {
        try shop.run(
            python,
            [
                ShopFleet.checkout("Tests/PythonTUF/client.py"), "\(folder)/metadata", "\(folder)/targets",
                "\(url)/metadata/", "\(url)/targets/", root ?? "-",
            ] + targets)
    }
}
