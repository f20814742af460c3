/// GNU readline: editing, history, completion.

@preconcurrency import CReadline
@preconcurrency import Glibc
import LodeCore
import LodeSyntax
import Synchronization

/// The one line editor of the process; readline keeps its state in globals, so there can't be two.
final class LineEditor {
    /// Candidates for the word at the cursor: given the line so far and the cursor, where the word starts and what it may be.
    typealias Completer = (_ line: String, _ cursor: Int) -> (start: Int, candidates: [String])

    nonisolated(unsafe) private static var completer: Completer?
    nonisolated(unsafe) private static var candidates: [String] = []
    nonisolated(unsafe) private static var nextCandidate = 0
    /// Ctrl-C was pressed at the prompt.
    private static let interrupted = Atomic<Bool>(false)
    private let historyPath: String?
    private static let historyLimit: Int32 = 10_000

    init(historyPath: String?, completer: @escaping Completer) {
        self.historyPath = historyPath
        Self.completer = completer
        rl_readline_name = UnsafePointer(strdup("lode"))
        // Signals are the shell's business: Ctrl-C must cancel a statement, or clear the line.
        rl_catch_signals = 0
        rl_attempted_completion_function = { _, _, _ in
            rl_attempted_completion_over = 1
            return LineEditor.matches()
        }
        rl_completer_word_break_characters = UnsafePointer(strdup(" \t\n\"'`@$><=;|&{(,)+-*/%."))
        // Called some ten times a second while readline waits for a key.
        rl_event_hook = {
            if LineEditor.interrupted.load(ordering: .relaxed) {
                rl_replace_line("", 1)
                rl_done = 1
            }
            return 0
        }
        rl_variable_bind("bell-style", "none")
        rl_variable_bind("enable-bracketed-paste", "on")
        using_history()
        stifle_history(Self.historyLimit)
        if let historyPath { read_history(historyPath) }
    }

    enum Input {
        /// One line without its end.
        case line(String)
        /// Ctrl-C: what was typed is gone.
        case interrupted
        case end
    }

    func read(prompt: String) -> Input {
        Self.interrupted.store(false, ordering: .relaxed)
        guard let line = readline(prompt) else { return .end }
        defer { free(line) }
        return Self.interrupted.load(ordering: .relaxed) ? .interrupted : .line(String(cString: line))
    }

    /// Makes the `read` that waits give up its line. From any thread.
    static func interrupt() { interrupted.store(true, ordering: .relaxed) }

    func remember(_ statement: String) {
        if statement.isEmpty { return }
        let shown = StatementText.withoutSecrets(statement) ?? statement
        add_history(shown.split(separator: "\n").joined(separator: " "))
        if let historyPath { write_history(historyPath) }
    }

    /// What readline asks for when Tab is pressed: a list that it frees.
    private static func matches() -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard let completer, let buffer = rl_line_buffer else { return nil }
        let line = String(cString: buffer)
        let found = completer(line, Int(rl_point))
        candidates = found.candidates
        nextCandidate = 0
        // A space ends a word, but not the name of a schema, whose table is to follow. Readline resets this at each try.
        rl_completion_append_character = candidates.contains { $0.hasSuffix(".") } ? 0 : 32
        if candidates.isEmpty { return nil }
        let prefix = String(decoding: line.utf8.dropFirst(found.start).prefix(max(0, Int(rl_point) - found.start)), as: UTF8.self)
        return rl_completion_matches(prefix) { _, state in
            if state == 0 { LineEditor.nextCandidate = 0 }
            guard LineEditor.nextCandidate < LineEditor.candidates.count else { return nil }
            defer { LineEditor.nextCandidate += 1 }
            return strdup(LineEditor.candidates[LineEditor.nextCandidate])
        }
    }
}
