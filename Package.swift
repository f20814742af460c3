// swift-tools-version: 6.2
// The house plan: one target a module, and every arrow between modules points down.
import PackageDescription

/// Every library is optimized across its files and modules in release builds.
let library: [SwiftSetting] = [
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    // Views of memory that cannot outlive their owners (Sources/LodeVectors/Column/Lanes.swift).
    .enableExperimentalFeature("Lifetimes"),
]

/// Modules with hot loops are optimized in debug builds too, so that tests run at a sane speed.
let kernels: [SwiftSetting] = library + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Release binaries hold the Swift runtime. `-static-stdlib` alone leaves out what Foundation (by way of GRDB) needs.
let staticRuntime = [
    "-static-stdlib", "-lFoundation", "-lCoreFoundation", "-lFoundationInternationalization", "-lFoundationEssentials",
    "-l_FoundationCShims", "-l_FoundationCollections", "-l_FoundationICU", "-lstdc++",
]

let package = Package(
    name: "lode",
    products: [.executable(name: "lode", targets: ["lode"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Faces: the command line and its two front ends.
        .executableTarget(
            name: "lode",
            dependencies: [
                "LodeServer", "LodeCatalogServer", "LodeHTTP", "LodeShell", "LodePipelines", "LodeEngine", "LodeCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: library,
            linkerSettings: [.unsafeFlags(staticRuntime, .when(configuration: .release))]),
        .target(
            name: "LodeServer",
            dependencies: [
                "LodeHTTP", "LodeEngine", "LodeSyntax", "LodeFunctions", "LodeVectors", "LodeCore", "CLodeIntrinsics",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"), .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: kernels),
        .target(
            name: "LodeHTTP",
            dependencies: [
                "LodeCore", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: library),
        .target(
            name: "LodeCatalogServer",
            dependencies: [
                "LodeServer", "LodeHTTP", "LodeEngine", "LodeCatalog", "LodeTables", "LodeCloud", "LodeCore",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: library),
        .target(
            name: "LodeShell", dependencies: ["LodeEngine", "LodeSyntax", "LodeVectors", "LodeCore", "CReadline"], swiftSettings: library),
        .target(name: "LodePipelines", dependencies: ["LodeEngine", "LodeSyntax", "LodeCore"], swiftSettings: library),

        // The engine: one session, one way through.
        .target(
            name: "LodeEngine",
            dependencies: [
                "LodePlanner", "LodeExecution", "LodeCatalog", "LodeSyntax", "LodePlan", "LodeFunctions", "LodeFormats",
                "LodeTables", "LodeObjectStore", "LodeCloud", "LodeVectors", "LodeCore",
            ], swiftSettings: library),
        .target(
            name: "LodeExecution",
            dependencies: [
                "LodePlan", "LodeFunctions", "LodeVectors", "LodeFormats", "LodeTables", "LodeObjectStore", "LodeCore",
                "CLodeIntrinsics",
            ], swiftSettings: kernels),
        .target(
            name: "LodePlanner",
            dependencies: ["LodeSyntax", "LodePlan", "LodeCatalog", "LodeFunctions", "LodeTables", "LodeVectors", "LodeCore"],
            swiftSettings: library),
        .target(
            name: "LodePlan", dependencies: ["LodeFunctions", "LodeTables", "LodeVectors", "LodeCore"], swiftSettings: library),
        .target(
            name: "LodeCatalog",
            dependencies: [
                "LodeTables", "LodeFormats", "LodeObjectStore", "LodeCloud", "LodeVectors", "LodeCore", "CLodeCatalog",
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: library),

        // Leaves: functions, files, tables, syntax, columns.
        .target(
            name: "LodeFunctions",
            dependencies: ["LodeVectors", "LodeCore", "CPcre2", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: kernels),
        .target(
            name: "LodeFormats",
            dependencies: [
                "LodeVectors", "LodeObjectStore", "LodeCore", "CZstd", "CSnappy", "CLz4", "CZlib", "CBrotli", "CLodeIntrinsics",
            ], swiftSettings: kernels),
        .target(name: "LodeTables", dependencies: ["LodeVectors", "LodeCore"], swiftSettings: library),
        .target(name: "LodeSyntax", dependencies: ["LodeCore", "CLodeGrammar"], swiftSettings: kernels),
        .target(
            name: "LodeObjectStore",
            dependencies: ["LodeCloud", "LodeCore", "CLodeFiles", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: library),
        .target(
            name: "LodeCloud",
            dependencies: [
                "LodeCore", "CLodeIntrinsics", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: library),
        .target(name: "LodeVectors", dependencies: ["LodeCore", "CLodeIntrinsics"], swiftSettings: kernels),
        .target(name: "LodeCore", swiftSettings: kernels),

        // Tests mirror the sources.
        .testTarget(
            name: "LodeEngineTests",
            dependencies: [
                "LodeEngine", "LodeShell", "LodeCatalog", "LodeSyntax", "LodeFormats", "LodeFunctions", "LodeTables", "LodeObjectStore",
                "LodeCloud", "CloudDouble", "GlueDouble",
                "LodeVectors", "LodeCore",
            ], swiftSettings: library),
        .testTarget(name: "HouseTests", path: "Tests/House"),
        .testTarget(name: "LodeCoreTests", dependencies: ["LodeCore"], swiftSettings: library),
        .testTarget(name: "LodePlanTests", dependencies: ["LodePlan", "LodeFunctions", "LodeVectors", "LodeCore"], swiftSettings: library),
        .target(name: "Transcripts", path: "Tests/Transcripts/Support"),
        .testTarget(
            name: "LodeServerTests",
            dependencies: [
                "LodeServer", "LodeEngine", "LodeVectors", "LodeCore", .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ], swiftSettings: kernels),
        .target(
            name: "CloudDouble",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "Crypto", package: "swift-crypto"),
            ], path: "Tests/CloudDouble"),
        .target(
            name: "GlueDouble", dependencies: ["LodeCatalog", "LodeCloud", "LodeCore", "CloudDouble"], path: "Tests/GlueDouble",
            swiftSettings: library),
        .testTarget(name: "LodeCloudTests", dependencies: ["LodeCloud", "CloudDouble", "LodeCore"], swiftSettings: library),
        .testTarget(
            name: "LodeCatalogServerTests",
            dependencies: [
                "LodeCatalogServer", "LodeHTTP", "LodeEngine", "LodeCatalog", "LodeTables", "LodeCloud", "LodeVectors", "LodeCore",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: library),
        .testTarget(name: "LodeHTTPTests", dependencies: ["LodeHTTP"], swiftSettings: library),
        .testTarget(name: "LodeShellTests", dependencies: ["LodeShell", "LodeCore", "Transcripts"], swiftSettings: library),
        .testTarget(name: "LodePipelinesTests", dependencies: ["LodePipelines", "LodeCore", "Transcripts"], swiftSettings: library),
        .testTarget(
            name: "LodeObjectStoreTests", dependencies: ["LodeObjectStore", "LodeCloud", "CloudDouble", "LodeCore"], swiftSettings: library),
        .testTarget(name: "LodeTablesTests", dependencies: ["LodeTables", "LodeVectors", "LodeCore"], swiftSettings: library),
        .testTarget(
            name: "LodeCatalogTests",
            dependencies: [
                "LodeCatalog", "GlueDouble", "CloudDouble", "LodeCloud", "LodeFormats", "LodeTables", "LodeObjectStore", "LodeCore",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: library),
        .testTarget(name: "LodeSyntaxTests", dependencies: ["LodeSyntax", "LodeCore"], swiftSettings: kernels),
        .testTarget(
            name: "LodeFunctionsTests", dependencies: ["LodeFunctions", "LodeVectors", "LodeCore"], swiftSettings: kernels),
        .testTarget(
            name: "LodePlannerTests",
            dependencies: ["LodePlanner", "LodeSyntax", "LodePlan", "LodeFunctions", "LodeTables", "LodeVectors", "LodeCore"],
            swiftSettings: library),
        .testTarget(name: "LodeVectorsTests", dependencies: ["LodeVectors", "LodeCore"], swiftSettings: kernels),
        .testTarget(
            name: "LodeExecutionTests",
            dependencies: [
                "LodeExecution", "LodePlan", "LodeFunctions", "LodeVectors", "LodeFormats", "LodeTables", "LodeObjectStore", "LodeCore",
            ], swiftSettings: kernels),
        .testTarget(
            name: "LodeFormatsTests", dependencies: ["LodeFormats", "LodeVectors", "LodeObjectStore", "LodeCore", "CSnappy"],
            exclude: ["Fixtures"], swiftSettings: kernels),
        .testTarget(
            name: "LodeFuzzTests",
            dependencies: ["LodeServer", "LodeEngine", "LodeFormats", "LodeTables", "LodeVectors", "LodeObjectStore", "LodeCore", "CSnappy"],
            path: "Tests/Fuzz", exclude: ["Driver", "Findings", "README.md", "seeds.py"], swiftSettings: kernels),

        // Data that ships in the binary, and C libraries.
        .target(name: "CLodeGrammar", path: "grammar", sources: ["embed.c"], publicHeadersPath: "include"),
        .target(name: "CLodeCatalog", path: "catalog", sources: ["embed.c"], publicHeadersPath: "include"),
        .target(name: "CLodeIntrinsics"),
        .target(name: "CLodeFiles"),
        .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CLz4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(name: "CPcre2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    ],
    cLanguageStandard: .c2x
)

// The fuzzer replaces the tests: libFuzzer must see every module that it is to guide through (Tests/Fuzz/README.md).
if Context.environment["LODE_FUZZER"] != nil {
    package.targets.removeAll { $0.type == .test }
    package.targets.append(
        .executableTarget(
            name: "lode-fuzz",
            dependencies: ["LodeServer", "LodeEngine", "LodeFormats", "LodeTables", "LodeVectors", "LodeObjectStore", "LodeCore", "CSnappy"],
            path: "Tests/Fuzz", exclude: ["Findings", "ReplayTests.swift", "README.md", "seeds.py"], sources: ["Targets", "Driver"], swiftSettings: library + [.unsafeFlags(["-parse-as-library"])]))
}
