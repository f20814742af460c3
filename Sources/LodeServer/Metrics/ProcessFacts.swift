/// What the operating system knows of this process.

import Glibc

/// - Source: Prometheus, "Writing client libraries", process metrics; proc(5).
struct ProcessFacts: Sendable {
    /// Seconds since 1970.
    let began: Double

    init() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        began = Double(time.tv_sec)
    }

    var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }.reduce(0, +)
    }

    var residentBytes: Double {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = fread(&bytes, 1, bytes.count, file)
        let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Double(fields[1]) ?? 0) * Double(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    var openFiles: Double {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        // Without ".", ".." and the folder that is being read.
        var count = -3.0
        while readdir(folder) != nil { count += 1 }
        return max(0, count)
    }
}
