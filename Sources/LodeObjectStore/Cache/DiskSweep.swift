/// Keeping the cache's folder within its limit.

import Glibc
import LodeCore

/// Looks through the folder and removes what is least worth keeping: what has not been used for long, and, of what is equally old, what
/// takes much room for the time that it saves. One process at a time does.
struct DiskSweep {
    let folder: String
    /// In bytes.
    let limit: Int

    private struct File {
        var path: String
        var bytes: Int
        /// The age by the room that it takes for a request that it saves.
        var weight: Double
    }

    /// A request is worth about this many bytes.
    private static let requestBytes = 1_000_000.0
    /// Files that are still written, or whose writer is gone.
    private static let secondsToWrite = 3_600

    func run() {
        let lock = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { return }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return }
        var files: [File] = [], total = 0
        let now = time(nil)
        for group in Self.names(in: folder) where group.utf8.count == 2 {
            for object in Self.names(in: "\(folder)/\(group)") {
                let place = "\(folder)/\(group)/\(object)", names = Self.names(in: place)
                for name in names {
                    var status = stat()
                    guard lstat("\(place)/\(name)", &status) == 0 else { continue }
                    let age = Double(max(1, now - status.st_mtim.tv_sec)), bytes = Int(status.st_size)
                    if name.contains("."), age > Double(Self.secondsToWrite) {
                        unlink("\(place)/\(name)")
                        continue
                    }
                    total += bytes
                    files.append(
                        File(path: "\(place)/\(name)", bytes: bytes, weight: age * Double(bytes) / (Self.requestBytes + Double(bytes))))
                }
                if names.isEmpty { rmdir(place) }
            }
        }
        guard total > limit else { return }
        for file in files.sorted(by: { $0.weight > $1.weight }) {
            if total <= limit / 10 * 9 { break }
            unlink(file.path)
            total -= file.bytes
        }
    }

    private static func names(in folder: String) -> [String] { (try? LocalTree.names(in: folder)) ?? [] }
}
