/// Names of columns that files give twice.

/// Makes names tell columns apart, as SQL compares them: without regard to case.
enum UniqueNames {
    /// The names in order; a later one that is taken already becomes `name_1`, `name_2`, and so on.
    static func make(_ names: [String]) -> [String] {
        var used: Set<String> = []
        // Where counting goes on for a name, so that many equal ones stay cheap.
        var counts: [String: Int] = [:]
        used.reserveCapacity(names.count)
        return names.map { name in
            let folded = name.lowercased()
            if used.insert(folded).inserted { return name }
            var count = counts[folded] ?? 0
            repeat { count += 1 } while !used.insert("\(folded)_\(count)").inserted
            counts[folded] = count
            return "\(name)_\(count)"
        }
    }
}
