// Damage to Parquet files that leaves most of their structure whole, so that it reaches beyond the footer's parser.

import LodeCore

@testable import LodeFormats

enum ParquetMutation {
    /// A file with some numbers of its footer or page headers changed, or bytes of a page; nil if it can't be taken apart.
    static func mutate(_ file: [UInt8], _ random: inout FuzzRandom) -> [UInt8]? {
        guard file.count > 12 else { return nil }
        let length = file.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= file.count - 12 else { return nil }
        let body = file.count - 8 - length
        var bytes = file
        for _ in 0...random.below(3) {
            switch random.below(4) {
            case 0: flip(&bytes, 4..<body, &random)
            case 1:
                if let changed = changeFooter(bytes, body, &random) { return changed }
            case 2:
                if let changed = changePage(bytes, body, &random) { return changed }
            default: return nil
            }
        }
        return bytes
    }

    private static func flip(_ bytes: inout [UInt8], _ range: Range<Int>, _ random: inout FuzzRandom) {
        guard !range.isEmpty else { return }
        for _ in 0...random.below(4) {
            let place = range.lowerBound + random.below(range.count)
            switch random.below(4) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[place] ^= 1 << UInt8(random.below(8))
            case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff, 0xfe][random.below(6)]
            default: bytes[place] = bytes[range.lowerBound + random.below(range.count)]
            }
        }
    }

    private static func footer(_ bytes: [UInt8], _ body: Int) -> FileMetaData? {
        bytes.withUnsafeBytes { raw in
            var reader = ThriftReader(UnsafeRawBufferPointer(rebasing: raw[body..<raw.count - 8]), origin: 0)
            return try? FileMetaData(from: &reader)
        }
    }

    private static func file(_ body: some Sequence<UInt8>, _ metaData: FileMetaData) -> [UInt8] {
        let footer = metaData.thriftBytes()
        let length = UInt32(truncatingIfNeeded: footer.count)
        return Array(body) + footer + (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(8 * $0)) } + Array("PAR1".utf8)
    }

    // MARK: The footer

    private static func changeFooter(_ bytes: [UInt8], _ body: Int, _ random: inout FuzzRandom) -> [UInt8]? {
        guard var metaData = footer(bytes, body) else { return nil }
        for _ in 0...random.below(2) {
            if random.below(3) == 0, !metaData.schema.isEmpty {
                change(&metaData.schema[random.below(metaData.schema.count)], &random)
                if random.below(4) == 0 { metaData.schema.swapAt(random.below(metaData.schema.count), random.below(metaData.schema.count)) }
            } else if !metaData.rowGroups.isEmpty {
                change(&metaData.rowGroups[random.below(metaData.rowGroups.count)], &random)
            }
        }
        return file(bytes[..<body], metaData)
    }

    private static func change(_ element: inout SchemaElement, _ random: inout FuzzRandom) {
        switch random.below(7) {
        case 0: element.type = ParquetType(rawValue: Int32(random.below(9)))
        case 1: element.typeLength = random.number(near: element.typeLength ?? 4) & 0x7fff_ffff
        case 2: element.repetition = Repetition(rawValue: Int32(random.below(3)))
        case 3: element.childCount = random.below(5)
        case 4: element.convertedType = ConvertedType(rawValue: Int32(random.below(22)))
        case 5:
            element.logicalType =
                [
                    .string, .map, .list, .decimal(scale: random.below(40), precision: random.below(40)), .date, .time(isUTC: true, .nanos),
                    .timestamp(isUTC: false, .millis), .integer(bits: 8, signed: true), .integer(bits: 64, signed: false), .json, .uuid,
                    .float16,
                ][random.below(12)]
        default: (element.scale, element.precision) = (random.below(40), random.below(40))
        }
    }

    private static func change(_ group: inout RowGroup, _ random: inout FuzzRandom) {
        guard !group.columns.isEmpty, random.below(8) > 0 else {
            group.rowCount = random.number(near: group.rowCount) & .max
            return
        }
        let column = random.below(group.columns.count)
        switch random.below(4) {
        case 0:
            let chunk = group.columns[column]
            switch random.below(5) {
            case 0: group.columns[column].offsetIndexOffset = random.number(near: chunk.offsetIndexOffset ?? 0) & .max
            case 1: group.columns[column].offsetIndexBytes = random.number(near: chunk.offsetIndexBytes ?? 0) & 0xffff
            case 2: group.columns[column].columnIndexOffset = random.number(near: chunk.columnIndexOffset ?? 0) & .max
            case 3: group.columns[column].columnIndexBytes = random.number(near: chunk.columnIndexBytes ?? 0) & 0xffff
            default: group.columns.swapAt(column, random.below(group.columns.count))
            }
        default:
            guard var data = group.columns[column].metaData else { return }
            let known = data.statistics
            switch random.below(9) {
            case 0: data.codec = Int32(random.below(9))
            case 1: data.valueCount = random.number(near: data.valueCount) & .max
            case 2: data.compressedBytes = random.number(near: data.compressedBytes) & .max
            case 3: data.dataPageOffset = random.number(near: data.dataPageOffset) & .max
            case 4: data.dictionaryPageOffset = random.number(near: data.dictionaryPageOffset ?? 4)
            case 5: data.type = ParquetType(rawValue: Int32(random.below(8))) ?? .int32
            case 6: data.statistics?.minimum = known?.maximum
            case 7: data.statistics?.nullCount = random.number(near: known?.nullCount ?? 0) & .max
            default: data.bloomFilterOffset = random.number(near: data.bloomFilterOffset ?? data.dataPageOffset) & .max
            }
            group.columns[column].metaData = data
        }
    }

    // MARK: Pages

    /// Changes the header of some page, or its contents behind their compression, and moves all that follows.
    private static func changePage(_ bytes: [UInt8], _ body: Int, _ random: inout FuzzRandom) -> [UInt8]? {
        guard var metaData = footer(bytes, body), let group = metaData.rowGroups.indices.randomElement(using: &random),
            let chunk = metaData.rowGroups[group].columns.randomElement(using: &random)?.metaData,
            let (place, size, old) = page(bytes, chunk, body, &random)
        else { return nil }
        var header = old
        var contents = Array(bytes[place + size..<place + size + old.compressedBytes])
        if random.below(2) == 0 { change(&header, &random) } else { flip(&contents, contents.indices, &random) }
        if random.below(8) == 0 { contents.append(contentsOf: contents.suffix(random.below(9))) }
        if random.below(4) > 0 {
            if header.compressedBytes == header.uncompressedBytes { header.uncompressedBytes = contents.count }
            header.compressedBytes = contents.count
        }
        let page = header.thriftBytes() + contents
        let end = place + size + old.compressedBytes
        let shift = page.count - (end - place)
        for group in metaData.rowGroups.indices {
            for column in metaData.rowGroups[group].columns.indices {
                move(&metaData.rowGroups[group].columns[column], from: end, by: shift)
            }
        }
        return file(bytes[..<place] + page + bytes[end..<body], metaData)
    }

    /// One of the first pages of a chunk: where it is, the bytes of its header, and the header.
    private static func page(
        _ bytes: [UInt8], _ chunk: ColumnMetaData, _ body: Int, _ random: inout FuzzRandom
    ) -> (place: Int, size: Int, header: PageHeader)? {
        var place = min(chunk.dictionaryPageOffset.map { $0 < 4 ? chunk.dataPageOffset : $0 } ?? chunk.dataPageOffset, chunk.dataPageOffset)
        var found: (Int, Int, PageHeader)?
        for _ in 0...random.below(3) {
            guard place >= 4, place < body else { break }
            let next: (Int, PageHeader)? = bytes.withUnsafeBytes { raw in
                var reader = ThriftReader(UnsafeRawBufferPointer(rebasing: raw[place..<body]), origin: 0)
                guard let header = try? PageHeader(from: &reader), header.compressedBytes <= reader.remaining else { return nil }
                return (reader.position, header)
            }
            guard let (size, header) = next else { break }
            found = (place, size, header)
            place += size + header.compressedBytes
        }
        return found
    }

    private static func change(_ header: inout PageHeader, _ random: inout FuzzRandom) {
        let count = header.data?.valueCount ?? header.dataV2?.valueCount ?? header.dictionary?.valueCount ?? 0
        let number = random.number(near: count) & 0x7fff_ffff
        let levelBytes = random.number(near: header.dataV2?.definitionBytes ?? 0) & 0x7fff_ffff
        let encoding = Int32(random.below(10))
        switch random.below(10) {
        case 0:
            header.data?.valueCount = number
            header.dataV2?.valueCount = number
        case 1, 2:
            header.data?.encoding = encoding
            header.dataV2?.encoding = encoding
        case 3: header.dictionary?.valueCount = number
        case 4: header.dictionary?.encoding = encoding
        case 5: header.uncompressedBytes = random.number(near: header.uncompressedBytes) & 0x7fff_ffff
        case 6: header.type = Int32(random.below(5))
        case 7: header.dataV2?.definitionBytes = levelBytes
        case 8:
            header.dataV2?.repetitionBytes = levelBytes
            header.data?.definitionEncoding = encoding
        default: header.dataV2?.isCompressed.toggle()
        }
    }

    private static func move(_ chunk: inout ColumnChunk, from end: Int, by shift: Int) {
        func moved(_ offset: Int) -> Int { offset >= end && offset < 1 << 40 ? offset + shift : offset }
        let data = chunk.metaData
        if let data {
            let start = min(data.dictionaryPageOffset ?? data.dataPageOffset, data.dataPageOffset)
            if start < end, data.compressedBytes < 1 << 40, start + data.compressedBytes >= end {
                chunk.metaData?.compressedBytes = max(0, data.compressedBytes + shift)
            }
            chunk.metaData?.dataPageOffset = moved(data.dataPageOffset)
            chunk.metaData?.dictionaryPageOffset = data.dictionaryPageOffset.map(moved)
            chunk.metaData?.bloomFilterOffset = data.bloomFilterOffset.map(moved)
        }
        chunk.offsetIndexOffset = chunk.offsetIndexOffset.map(moved)
        chunk.columnIndexOffset = chunk.columnIndexOffset.map(moved)
    }
}
