// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let flyingFox = Target.Dependency.product(name: "FlyingFox", package: "FlyingFox")

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil,
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", exclude: exclude,
    swiftSettings: settings)
}

/// Its symbols are for nobody else: 16,000 of them would be looked through at each start, where Swift asks which file it is in.
func program(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Sources/\(name)", exclude: exclude,
    swiftSettings: settings,
    linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"])])
}

/// A product that lifeboat drives: it sees the action seam and its own C library, nothing else.
func plugin(
  _ product: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  library(
    "\(product)Plugin", ["RunbookModel", "RunbookAction"] + dependencies,
    path: "Plugins/\(product)", exclude: ["README.md"] + exclude)
}

/// A C library of the system's that the program is linked to.
func system(_ name: String, in folder: String, pkgConfig: String, debian: String) -> Target {
  .systemLibrary(
    name: name, path: "\(folder)/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

/// A C library of the system's that is loaded when it is first used; its headers must be there (`.ci/setup`).
func lazy(_ name: String, in folder: String) -> Target {
  .target(name: name, dependencies: ["CLazyLibrary"], path: "\(folder)/\(name)")
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests",
    exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "lifeboat",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // L0: values
    library("RunbookModel"),
    system("CLibYAML", in: "Sources", pkgConfig: "yaml-0.1", debian: "libyaml-dev"),
    // L1: pure, synchronous
    library("RunbookFormat", ["RunbookModel", "CLibYAML"]),
    library("RunbookEngine", ["RunbookModel"]),
    .target(name: "CSHA256Lanes", exclude: ["Lanes.inc"]),
    library("RunbookJournal", ["RunbookModel", "CSHA256Lanes", crypto]),
    library("RunbookForecast", ["RunbookModel", "RunbookEngine"]),
    library(
      "RunbookReport", ["RunbookModel", "RunbookEngine", "RunbookForecast", "RunbookJournal"]),
    // L2: what a step action promises
    library("RunbookAction", ["RunbookModel", "CLinux"]),
    // L3: does IO
    library("RunbookProcess", ["RunbookModel", "RunbookAction", "CLinux"]),
    library(
      "RunbookDriver",
      [
        "RunbookModel", "RunbookFormat", "RunbookEngine", "RunbookJournal", "RunbookAction",
        "RunbookProcess", crypto,
      ]),
    library(
      "RunbookActions",
      ["RunbookModel", "RunbookAction", "RunbookProcess", "CLibCurl", "CLibHTTPParser"]),
    .systemLibrary(
      name: "CLibHTTPParser", path: "Sources/CLibHTTPParser",
      providers: [.apt(["libhttp-parser-dev"])]),
    .systemLibrary(name: "CLinux", path: "Sources/CLinux"),
    .target(name: "CLazyLibrary"),
    lazy("CLibCurl", in: "Sources"),
    plugin("Postgres", ["CLibPQ"], exclude: ["CLibPQ"]),
    lazy("CLibPQ", in: "Plugins/Postgres"),
    plugin("DNS", ["CLDNS"], exclude: ["CLDNS"]),
    lazy("CLDNS", in: "Plugins/DNS"),
    plugin("HAProxy"),
    // L4: the same machines in a virtual world
    library(
      "RunbookSimulation", ["RunbookModel", "RunbookEngine", "RunbookDriver"]),
    // L5: knows every part
    library(
      "RunbookCommands",
      [
        "RunbookModel", "RunbookFormat", "RunbookEngine", "RunbookForecast", "RunbookJournal",
        "RunbookReport", "RunbookAction", "RunbookDriver", "RunbookSimulation", crypto, arguments,
      ]),
    program(
      "lifeboat",
      [
        "RunbookCommands", "RunbookAction", "RunbookActions", "PostgresPlugin", "DNSPlugin",
        "HAProxyPlugin",
      ]),
    // The lab: real servers on one machine, to rehearse in and to test against
    program(
      "lifeboat-lab", ["RunbookModel", arguments, flyingFox, "CLibPQ", "CLab"], exclude: ["CLab"]),
    .systemLibrary(name: "CLab", path: "Sources/lifeboat-lab/CLab"),
    // Tests
    library(
      "ActionConformance", ["RunbookModel", "RunbookAction"], path: "Tests/ActionConformance"),
    library("TestServers", path: "Tests/TestServers"),
    tests("RunbookFormat", ["RunbookModel", "RunbookFormat"]),
    tests("RunbookEngine", ["RunbookModel", "RunbookEngine"]),
    tests("RunbookJournal", ["RunbookModel", "RunbookJournal", "CSHA256Lanes", crypto]),
    tests("RunbookForecast", ["RunbookModel", "RunbookEngine", "RunbookForecast"]),
    tests("RunbookReport", ["RunbookModel", "RunbookEngine", "RunbookForecast", "RunbookReport"]),
    tests(
      "RunbookDriver",
      ["RunbookModel", "RunbookEngine", "RunbookJournal", "RunbookAction", "RunbookDriver"]),
    tests("RunbookSimulation", ["RunbookModel", "RunbookEngine", "RunbookSimulation"]),
    tests(
      "RunbookActions",
      [
        "RunbookModel", "RunbookAction", "RunbookActions", "CLazyLibrary", "ActionConformance",
        "TestServers",
      ]),
    tests(
      "PostgresPlugin",
      [
        "RunbookModel", "RunbookAction", "PostgresPlugin", "CLibPQ", "ActionConformance",
        "TestServers",
      ]),
    tests(
      "DNSPlugin",
      [
        "RunbookModel", "RunbookAction", "DNSPlugin", "CLDNS", "ActionConformance", "TestServers",
      ]),
    tests(
      "HAProxyPlugin",
      ["RunbookModel", "RunbookAction", "HAProxyPlugin", "ActionConformance", "TestServers"]),
    tests("Tidy", []),
    tests(
      "EndToEnd", ["RunbookModel", "TestServers", "lifeboat", "lifeboat-lab"],
      exclude: ["Support/dying_program.c", "Support/slow_disk.c", "Support/stepped_clock.c"]),
    tests("Lab", ["RunbookModel", "lifeboat-lab", "CLibPQ", "CLab"]),
  ]
)
