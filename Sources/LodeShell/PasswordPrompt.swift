/// A password that is typed and not shown.

@preconcurrency import Glibc

package enum PasswordPrompt {
    /// Asks at the terminal; nil without one, or if nothing is typed.
    package static func read(_ prompt: String) -> String? {
        guard let terminal = fopen("/dev/tty", "r+") else { return nil }
        defer { fclose(terminal) }
        let file = fileno(terminal)
        var before = termios()
        guard tcgetattr(file, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(file, TCSAFLUSH, &silent)
        defer { tcsetattr(file, TCSAFLUSH, &before) }
        fputs(prompt, terminal)
        fflush(terminal)
        var typed: [UInt8] = []
        while true {
            let character = fgetc(terminal)
            if character == EOF || character == 10 { break }
            typed.append(UInt8(truncatingIfNeeded: character))
        }
        fputs("\n", terminal)
        return typed.isEmpty ? nil : String(decoding: typed, as: UTF8.self)
    }
}
