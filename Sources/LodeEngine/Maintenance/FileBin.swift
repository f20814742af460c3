/// Which files of a table OPTIMIZE writes together.

import LodeCore
import LodeTables

/// Files of one partition whose rows become one file, or several full ones.
struct FileBin {
    /// The columns of `partition`; nil for those by which the table is partitioned now.
    var partitionColumns: [Field]?
    var partition: [Value]
    var files: [DataFile]

    var bytes: Int { files.reduce(0) { $0 + $1.size } }
}

/// What makes a file worth writing anew.
///
///     ▂ ▂ █ ▂ ▃█ ▂      █ is large enough and stays; of the others neighbours fill a bin; one that is left alone stays as well
///     └─┴───┘ └──┘
struct FileBins {
    /// Bytes that a file should have.
    var fileBytes: Int
    /// Whether files that are large enough are written anew, too.
    var takesAll = false
    /// Whether rows of a whole partition are put into an order: then it is one bin.
    var isOrdered = false

    /// A file that is nearly as large stays as it is.
    private var smallBytes: Int { fileBytes / 4 * 3 }

    /// In the order of the files.
    func of(_ files: [DataFile]) -> [FileBin] {
        struct Key: Hashable {
            var columns: [Field]?
            var values: [Value]
        }
        var places: [Key: Int] = [:], groups: [FileBin] = []
        for file in files {
            let key = Key(columns: file.partitionColumns, values: file.partitionValues)
            if let place = places[key] {
                groups[place].files.append(file)
            } else {
                places[key] = groups.count
                groups.append(FileBin(partitionColumns: file.partitionColumns, partition: file.partitionValues, files: [file]))
            }
        }
        return isOrdered ? groups : groups.flatMap(split)
    }

    private func split(_ group: FileBin) -> [FileBin] {
        var bins: [FileBin] = [], bin = group, bytes = 0
        bin.files = []
        for file in group.files where takesAll || file.deletes != nil || file.size < smallBytes {
            if !bin.files.isEmpty, bytes + file.size > fileBytes {
                bins.append(bin)
                (bin.files, bytes) = ([], 0)
            }
            bin.files.append(file)
            bytes += file.size
        }
        if !bin.files.isEmpty { bins.append(bin) }
        return bins.filter { takesAll || $0.files.count > 1 || $0.files.contains { $0.deletes != nil } }
    }
}
