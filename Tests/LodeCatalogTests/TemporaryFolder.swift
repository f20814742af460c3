/// A folder that lives as long as a test.

import Foundation

final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/lode-test-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        guard path != "/tmp" else { return }
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something inside.
    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// Work that runs on threads of its own.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    final class Task {
        let index: Int
        let body: @Sendable (Int) -> Void
        init(_ index: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.index = index
            self.body = body
        }
    }
    var threads: [pthread_t] = []
    for index in 0..<count {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Task(index, body)).toOpaque()
        pthread_create(&thread, nil, { raw in
            let task = Unmanaged<Task>.fromOpaque(raw!).takeRetainedValue()
            task.body(task.index)
            return nil
        }, argument)
        threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
}
