/// The bar that long statements show.

@preconcurrency import Glibc
import LodeCore
import LodeEngine
import LodeVectors
import Synchronization

/// Draws on standard error, if it is a terminal, once a statement has run for half a second; takes itself away before
/// anything else is printed.
package final class ProgressBar: Sendable {
    private enum Phase { case off, waiting, drawn }
    private let phase = Lock(Phase.off)
    private let generation = Atomic<Int>(0)
    private let progress: @Sendable () -> Double?
    private let isWanted: Bool
    private static let patienceMicros: UInt32 = 500_000

    package init(_ executor: any StatementExecutor) {
        progress = executor.progress
        isWanted = isatty(STDERR_FILENO) == 1 && executor.showsProgress
    }

    /// A statement begins.
    package func start() {
        guard isWanted else { return }
        phase.withLock { $0 = .waiting }
        let mine = generation.add(1, ordering: .relaxed).newValue
        let thread = PosixThread { [self] in draw(mine) }
        thread.start()
    }

    /// Nothing more is drawn from here on.
    package func stop() {
        guard isWanted else { return }
        phase.withLock { phase in
            if phase == .drawn { fputs("\r\u{1b}[K", stderr) }
            phase = .off
        }
    }

    private func draw(_ mine: Int) {
        usleep(Self.patienceMicros)
        while generation.load(ordering: .relaxed) == mine {
            let goesOn = phase.withLock { phase in
                if phase == .off { return false }
                if let done = progress() {
                    let cells = Int((min(max(done, 0), 1) * 40).rounded())
                    fputs(
                        "\r\(String(repeating: "█", count: cells))\(String(repeating: "░", count: 40 - cells)) \(Int(done * 100))% ", stderr
                    )
                    phase = .drawn
                }
                return true
            }
            if !goesOn { return }
            usleep(100_000)
        }
    }
}

/// Passes a result on and takes the bar away before its first row.
final class ProgressHiding: ResultSink {
    private let inner: any ResultSink
    private let bar: ProgressBar

    init(_ inner: any ResultSink, _ bar: ProgressBar) {
        self.inner = inner
        self.bar = bar
    }

    func begin(_ columns: [Field]) throws(SQLError) { try inner.begin(columns) }

    func rows(_ chunk: Chunk) throws(SQLError) -> Bool {
        bar.stop()
        return try inner.rows(chunk)
    }
}
