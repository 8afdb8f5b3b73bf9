import ArgumentParser
import Cells
import ReleaseRepository

extension ReleaseCommand {
    /// `muster release sign FILE --key KEY`.
    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign a file that waits in tuf/staged, on whatever machine the key is.",
            discussion: """
                Needs nothing but this program, the file and the key. It prints what is signed: compare it with what was \
                to be done, and its digest with what others who sign the same file see; --show prints it and signs nothing.

                Whoever signs one after the other, each the file that the one before has signed, needs nothing else. Those who \
                sign copies side by side have them brought together: --merge takes the signatures of a copy into the file.

                A key is held against the root: the one that --root names, the one beside the file's folder \
                (../metadata), or, for a root, the file itself. A key that its role does not have is refused.

                Exit codes: 0 signed, merged or shown, 1 the file cannot be written, 2 it is not to be signed with this key, \
                or a copy says something else.
                """)

        @Argument(help: "The metadata, such as tuf/staged/targets.json.")
        var file: String

        @Option(help: ArgumentHelp("The private key, in PKCS#8 PEM.", valueName: "file"))
        var key: String?

        @Option(help: ArgumentHelp("The root that is trusted here.", valueName: "file"))
        var root: String?

        @Option(
            help: ArgumentHelp(
                "Take the signatures of a copy that somebody else has signed; may be repeated.", valueName: "copy"))
        var merge: [String] = []

        @Flag(help: "Print what would be signed, and sign nothing.")
        var show = false

        func validate() throws {
            guard show || key != nil || !merge.isEmpty else {
                throw ValidationError("--key names the private key; --show and --merge need none")
            }
        }

        func run() throws {
            var signing = try RepositoryArguments.told { try SigningDesk(file: file, root: root) }
            for line in signing.summary { print(TextWidth.sanitised(line)) }
            guard !show else { return }
            if !merge.isEmpty {
                for line in try RepositoryArguments.told({ try signing.merge(merge) }) {
                    print(TextWidth.sanitised(line))
                }
                signing = try RepositoryArguments.told { try SigningDesk(file: file, root: root) }
            }
            guard let key else { return }
            for line in try RepositoryArguments.told({ try signing.sign(keyFile: key) }) {
                print(TextWidth.sanitised(line))
            }
        }
    }
}
