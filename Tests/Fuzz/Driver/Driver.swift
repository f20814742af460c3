// Runs one target under libFuzzer: the target's name is what follows `lode-fuzz-run-` in the executable's.

import Glibc

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ maximum: Int) -> Int

nonisolated(unsafe) private var current = FuzzTargets.all[0]

/// libFuzzer's own changes, and one time in two the target's.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ maximum: Int, _ seed: UInt32) -> Int {
    guard let change = current.mutate, seed & 1 == 0 else { return mutateBytes(data, size, maximum) }
    var random = FuzzRandom(state: UInt64(seed))
    guard let changed = change(Array(UnsafeBufferPointer(start: data, count: size)), &random), changed.count <= maximum else {
        return mutateBytes(data, size, maximum)
    }
    changed.withUnsafeBytes { if let base = $0.baseAddress { memcpy(data, base, $0.count) } }
    return changed.count
}

private func say(_ text: String) { _ = text.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) } }

/// Microseconds of processor time: what the clock on the wall says depends on who else is at work.
private func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}

/// One input.
@_cdecl("LLVMFuzzerTestOneInput")
public func runOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    let start = processorTime()
    do {
        try current.run(UnsafeRawBufferPointer(start: data, count: size))
    } catch let broken as BrokenRule {
        say("broken rule: \(broken)\n")
        abort()
    } catch {}
    let time = processorTime() - start
    if time > timeLimit {
        say("broken rule: an input took \(time) microseconds\n")
        abort()
    }
    return 0
}

/// A second; instrumented for addresses, several.
private let timeLimit = getenv("LODE_FUZZ_MICROSECONDS").flatMap { Int(String(cString: $0)) } ?? 1_000_000

/// Picks the target; names all of them where the executable's name picks none.
@_cdecl("LLVMFuzzerInitialize")
public func start(
    _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> Int32 {
    let name = CommandLine.arguments[0].split(separator: "/").last.map(String.init) ?? ""
    guard let target = FuzzTargets.all.first(where: { name == "lode-fuzz-run-" + $0.name }) else {
        for target in FuzzTargets.all { print(target.name) }
        exit(0)
    }
    current = target
    return 0
}
