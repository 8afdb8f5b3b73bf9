// swift-tools-version: 6.1
import PackageDescription

/// The functions that fuzzing calls, one for each reader of outside bytes. Commonly they belong to a test target; with
/// the sanitizers `MUSTER_FUZZ=fuzzer,address`, as `Tests/Fuzz/run` sets it, to a program that libFuzzer drives.
let fuzzingFlags = Context.environment["MUSTER_FUZZ"].map { ["-sanitize=\($0)"] }
let fuzzedRooms: [Target.Dependency] = [
    "FleetCore", "FleetEngine", "FleetFiles", "FleetJournal", "FleetSimulator", "EngineSocket", "Cells", "Console",
    "CursesTerminal", "TUF",
]
let fuzzing: Target =
    fuzzingFlags.map { flags in
        .executableTarget(
            name: "muster-fuzz", dependencies: fuzzedRooms, path: "Tests/Fuzz", exclude: ["Corpus", "Tests", "run"],
            linkerSettings: [.unsafeFlags(flags)])
    }
    ?? .testTarget(
        name: "FuzzTests", dependencies: fuzzedRooms, path: "Tests/Fuzz", exclude: ["Corpus", "Program", "run"])

/// The rooms of Muster. A target imports only what is listed here: builds run with
/// `--explicit-target-dependency-import-check error`, so that a room cannot reach past its door.
let package = Package(
    name: "muster",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "muster", targets: ["muster"]),
        .executable(name: "muster-benchmark", targets: ["muster-benchmark"]),
        .executable(name: "tuf-client", targets: ["tuf-client"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // The rules of a rollout: values, facts, decide, apply, plan. No IO, no clock, no randomness.
        .target(
            name: "FleetCore",
            dependencies: [
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ]
        ),
        // The loop around the core, its ports, and the views that consoles draw.
        .target(name: "FleetEngine", dependencies: ["FleetCore"]),
        // The durable fact log. Its records are chained by SHA-256, the one hash that an auditor can be expected to
        // trust and to have a program for; a checksum of our own proves nothing to anybody else.
        // Checkpoints are sealed by it too: a damaged one must not be believed.
        .target(
            name: "FleetJournal",
            dependencies: [
                "FleetCore", "FleetEngine", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        // A seeded world of virtual terminals.
        .target(name: "FleetSimulator", dependencies: ["FleetCore", "FleetEngine"]),
        // HTTP for devices: hawkBit's DDI.
        .target(
            name: "DeviceGateway",
            dependencies: [
                "FleetCore", "FleetEngine", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // The fleet over HTTP, for programs.
        .target(
            name: "OperatorAPI",
            dependencies: [
                "FleetCore", "FleetEngine", "DeviceGateway", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        // Terminals that call in by HTTP: a DDI client, and the simulated world behind many of them.
        .target(
            name: "TerminalClients",
            dependencies: [
                "FleetCore", "FleetEngine", "FleetSimulator",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        // TLS for devices, and whom a client certificate proves; apart, since BoringSSL takes long to build.
        .target(
            name: "GatewayTLS",
            dependencies: [
                "DeviceGateway", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
            ]),
        // The state of a fleet in one file, and back.
        .target(
            name: "FleetBackup",
            dependencies: [
                "FleetCore", "FleetEngine", "FleetJournal", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        // Commands from other processes of this machine to an engine that runs.
        .target(name: "EngineSocket", dependencies: ["FleetCore", "FleetEngine"]),
        // Programs in groups of their own, with bounds.
        .systemLibrary(name: "CSpawn"),
        .target(name: "ChildPrograms", dependencies: ["CSpawn"]),
        // What happened, to those who are not at a console: by a signed post, by a program.
        .target(
            name: "Alerts",
            dependencies: [
                "FleetCore", "FleetEngine", "ChildPrograms",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        // The agent of a Linux terminal: what it does, and how that survives a power cut.
        .target(
            name: "TerminalAgent",
            dependencies: [
                "FleetCore", "FleetFiles", "ChildPrograms", "CSpawn", "TUF",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // Terminals that nobody but SSH reaches, driven by the operator's own OpenSSH.
        .target(
            name: "PushOverSSH",
            dependencies: [
                "FleetCore", "FleetEngine", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        // YAML, JSON and CSV of a fleet directory; themes.
        .target(name: "FleetFiles", dependencies: ["FleetCore", .product(name: "Yams", package: "Yams")]),
        // SHA-256 of artifacts, apart so that nothing else waits for the cryptography to build.
        .target(name: "Digests", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
        // Files of releases, named by what they hold. Devices ask for SHA-1 and MD5 too, which the store knows.
        .target(
            name: "ArtifactStore", dependencies: ["FleetCore", .product(name: "Crypto", package: "swift-crypto")]),
        // The Update Framework 1.0: metadata, keys, and the client. It knows nothing of fleets.
        .target(
            name: "TUF",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        // The signed repository of a fleet: its keys, what waits for signatures, what is published, what a gateway serves.
        .target(
            name: "ReleaseRepository",
            dependencies: [
                "FleetCore", "ArtifactStore", "TUF", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .executableTarget(
            name: "tuf-client",
            dependencies: [
                "TUF", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "TUFTests", dependencies: ["TUF"]),
        // Writes a repository for python-tuf's client to read.
        .executableTarget(name: "TUFProbe", dependencies: ["TUF"], path: "Tests/TUFProbe"),
        // Cells, frames, layout, text width, gauges.
        .target(name: "Cells"),
        // Keymap, console state, update, screens, theme roles.
        .target(name: "Console", dependencies: ["FleetCore", "FleetEngine", "Cells"]),
        // Keys in, frames out.
        .target(name: "CNcurses", linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
        .target(name: "CursesTerminal", dependencies: ["Cells", "CNcurses"]),
        .executableTarget(
            name: "muster",
            dependencies: [
                "FleetCore", "FleetEngine", "FleetJournal", "FleetSimulator", "FleetFiles", "Digests", "ArtifactStore",
                "DeviceGateway", "GatewayTLS", "OperatorAPI", "TerminalClients", "EngineSocket", "FleetBackup",
                "Alerts", "ReleaseRepository", "TerminalAgent", "PushOverSSH",
                "Cells", "Console", "CursesTerminal", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        // The load client of the benchmarks waits by it.
        .systemLibrary(name: "CEpoll"),
        .executableTarget(
            name: "muster-benchmark",
            dependencies: [
                "FleetCore", "FleetEngine", "FleetJournal", "FleetSimulator", "FleetFiles",
                "Cells", "Console", "CursesTerminal", "CEpoll",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        .target(name: "CVterm", path: "Tests/CVterm", linkerSettings: [.linkedLibrary("vterm")]),
        .target(
            name: "TerminalTesting", dependencies: ["CVterm", "CNcurses"], path: "Tests/TerminalTesting"),
        // Debian's own swupdate as a terminal, and signed images for it, for tests of what speaks to it.
        .target(name: "SwupdateTesting", path: "Tests/SwupdateTesting"),
        // A program that opens the terminal and crashes on demand, for the tests of CursesTerminal.
        .executableTarget(
            name: "TerminalProbe", dependencies: ["Cells", "CursesTerminal"], path: "Tests/TerminalProbe"),
        .testTarget(name: "FleetCoreTests", dependencies: ["FleetCore"]),
        .testTarget(name: "FleetEngineTests", dependencies: ["FleetCore", "FleetEngine"]),
        // Storage below SQLite that fails, tears and forgets on demand.
        .target(
            name: "CFaultyStorage", path: "Tests/CFaultyStorage", linkerSettings: [.linkedLibrary("sqlite3")]),
        // Writes to a journal until it is killed, or its storage fails.
        .executableTarget(
            name: "JournalProbe", dependencies: ["FleetCore", "FleetEngine", "FleetJournal", "CFaultyStorage"],
            path: "Tests/JournalProbe"),
        .testTarget(
            name: "FleetJournalTests",
            dependencies: [
                "FleetCore", "FleetEngine", "FleetJournal", "FleetBackup", "JournalProbe",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        // Runs trials with the core and the simulator alone, for the mutants.
        .executableTarget(
            name: "TrialProbe", dependencies: ["FleetCore", "FleetSimulator"], path: "Tests/TrialProbe"),
        .testTarget(
            name: "FleetSimulatorTests",
            dependencies: ["FleetCore", "FleetEngine", "FleetSimulator", "FleetFiles"]),
        // Terminals on loopback that are cut, vanish and lie, before a real gateway; in tests, and by hand.
        .target(
            name: "RolloutTrial",
            dependencies: [
                "FleetCore", "FleetEngine", "FleetJournal", "ArtifactStore", "DeviceGateway", "TerminalClients",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ], path: "Tests/RolloutTrial"),
        .executableTarget(name: "RolloutProbe", dependencies: ["RolloutTrial"], path: "Tests/RolloutProbe"),
        // An update over real agents as processes of their own, and what came of it.
        .target(
            name: "AgentTrial",
            dependencies: [
                "muster", "FleetCore", "FleetEngine", "FleetJournal", .product(name: "Crypto", package: "swift-crypto"),
            ], path: "Tests/AgentTrial"),
        .executableTarget(name: "AgentProbe", dependencies: ["AgentTrial"], path: "Tests/AgentProbe"),
        .testTarget(
            name: "TerminalClientsTests", dependencies: ["FleetCore", "TerminalClients", "RolloutTrial"]),
        .testTarget(name: "FleetFilesTests", dependencies: ["FleetCore", "FleetFiles"]),
        // Adds a file to a store until it is killed or its limits stop it, and says how much memory that took.
        .executableTarget(name: "ArtifactProbe", dependencies: ["ArtifactStore"], path: "Tests/ArtifactProbe"),
        .testTarget(
            name: "ArtifactStoreTests",
            dependencies: ["FleetCore", "ArtifactStore", "ArtifactProbe", "TerminalTesting"]),
        // Terminals that call in at the gateway, most of them Debian's swupdate.
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "muster", "FleetCore", "FleetEngine", "FleetJournal", "ArtifactStore", "DeviceGateway",
                "SwupdateTesting", "TerminalTesting", .product(name: "Logging", package: "swift-log"),
            ]),
        // Repositories on disk with real keys; python-tuf is the other side, in front of the real gateway.
        .testTarget(
            name: "ReleaseRepositoryTests",
            dependencies: [
                "muster", "FleetCore", "FleetFiles", "ArtifactStore", "ReleaseRepository", "TUF", "TerminalTesting",
            ]),
        .testTarget(name: "EngineSocketTests", dependencies: ["FleetCore", "FleetEngine", "EngineSocket"]),
        // Receivers that fail, hang and lie, programs that hang and fork, and an engine that is killed.
        .testTarget(
            name: "AlertsTests",
            dependencies: [
                "muster", "Alerts", "FleetCore", "FleetEngine", "FleetJournal", "TerminalTesting",
                .product(name: "Logging", package: "swift-log"),
            ]),
        // The gateway with an engine, a journal and a store behind it, against clients that mean it no good.
        .testTarget(
            name: "DeviceGatewayTests",
            dependencies: [
                "DeviceGateway", "muster", "FleetCore", "FleetEngine", "FleetJournal", "ArtifactStore",
                "TerminalTesting",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        // The API with an engine and a journal behind it.
        .testTarget(
            name: "OperatorAPITests",
            dependencies: [
                "OperatorAPI", "DeviceGateway", "FleetCore", "FleetEngine", "FleetJournal",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
            ]),
        // The agent against storage that forgets, commands that hang and fail, and a real gateway.
        .testTarget(
            name: "TerminalAgentTests",
            dependencies: [
                "TerminalAgent", "TUF", "muster", "FleetCore", "FleetFiles", "FleetEngine", "FleetJournal",
                "ChildPrograms", "AgentTrial",
                "TerminalTesting", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        // A real sshd on loopback, and an engine with a journal behind the driver.
        .testTarget(
            name: "PushOverSSHTests",
            dependencies: [
                "PushOverSSH", "FleetCore", "FleetEngine", "FleetJournal", "TerminalTesting",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .testTarget(name: "CellsTests", dependencies: ["Cells"]),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["FleetCore", "FleetEngine", "FleetSimulator", "FleetFiles", "Cells", "Console"],
            exclude: ["Screens"]),
        .testTarget(
            name: "CursesTerminalTests",
            dependencies: [
                "Cells", "CNcurses", "CursesTerminal", "CVterm", "TerminalTesting", "TerminalProbe",
            ]),
        .testTarget(
            name: "MusterTests",
            dependencies: [
                "muster", "FleetCore", "FleetEngine", "FleetJournal", "FleetSimulator", "EngineSocket", "FleetBackup",
                "CVterm",
                "TerminalTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        fuzzing,
    ],
    swiftLanguageModes: [.v6]
)

// Only the rooms with readers guide libFuzzer: to look at all of GRDB after every input would slow it down.
if let fuzzingFlags {
    for target in package.targets
    where ["FleetCore", "FleetFiles", "Cells", "Console", "CursesTerminal", "FleetSimulator"].contains(target.name) {
        target.swiftSettings = [.unsafeFlags(fuzzingFlags)]
    }
}
