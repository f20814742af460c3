/// Which keys of objects are one column.

import LodeCore

/// Keys by what they are in lower case, as SQL compares names. Keys that differ only in case are one column, unless some object has
/// two of them: then each is a column of its own.
struct JSONObjectFields {
    private struct Group {
        /// Positions of the keys.
        var members: [Int]
        /// The object that had one of them last, and which.
        var object = 0, last = 0
        var isSplit = false
    }

    private var groups: [Group] = []
    /// By key: its group.
    private var places: [Int] = []
    private var known: [[UInt8]: Int] = [:]

    /// What SQL compares of a name.
    static func folded(_ key: [UInt8]) -> [UInt8] {
        if key.allSatisfy({ $0 < 0x80 }) { return key.map { $0 &- 65 < 26 ? $0 | 32 : $0 } }
        return Array(String(decoding: key, as: UTF8.self).lowercased().utf8)
    }

    /// Takes the key at a position of the keys seen, which object number `object` has. Keys come first in the order of their positions.
    mutating func note(_ key: Int, _ name: String, object: Int) {
        if key == places.count {
            let folded = Self.folded(Array(name.utf8))
            if let group = known[folded] {
                groups[group].members.append(key)
                places.append(group)
            } else {
                known[folded] = groups.count
                places.append(groups.count)
                groups.append(Group(members: [key]))
            }
        }
        let group = places[key]
        if groups[group].object == object, groups[group].last != key { groups[group].isSplit = true }
        groups[group].object = object
        groups[group].last = key
    }

    /// The columns in the order of their first keys: what they are called, their key if that is another, and the positions of their keys.
    func columns(_ keys: [String]) -> [(name: String, key: String?, members: [Int])] {
        var columns: [(key: String, members: [Int])] = []
        for (index, group) in places.enumerated() where index < keys.count {
            if groups[group].isSplit {
                columns.append((keys[index], [index]))
            } else if groups[group].members.first == index {
                columns.append((keys[index], groups[group].members))
            }
        }
        return zip(columns, UniqueNames.make(columns.map(\.key))).map { column, name in
            (name, name.utf8.elementsEqual(column.key.utf8) ? nil : column.key, column.members)
        }
    }
}
