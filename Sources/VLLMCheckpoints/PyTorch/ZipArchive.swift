// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// The entries of a zip archive that are stored as they are: what its directory says is checked against the file.
///
/// Format: PKWARE's APPNOTE.TXT, 4.3 (records) and 4.5.3 (zip64). Sizes come from the directory, so that entries which
/// were written before their size was known (with a data descriptor behind them) are read too. The checksums are not
/// looked at: PyTorch can be told to leave them out.
struct ZipArchive {
    let file: FileBytes
    /// What messages call the file.
    let path: String

    /// True where a file begins as an archive with entries does.
    static func isArchive(_ file: FileBytes) -> Bool {
        file.littleEndian(UInt32.self, at: 0) == Signature.localHeader
    }

    private enum Signature {
        static let localHeader: UInt32 = 0x0403_4b50
        static let entry: UInt32 = 0x0201_4b50
        static let end: UInt32 = 0x0605_4b50
        static let end64: UInt32 = 0x0606_4b50
        static let end64Locator: UInt32 = 0x0706_4b50
    }

    /// What the directory says of an entry.
    private struct Entry {
        let name: String
        let flags: UInt16
        let method: UInt16
        var size: UInt64
        var storedSize: UInt64
        var offset: UInt64
    }

    /// Where the bytes of each entry stand in the file; checks the directory, and the header in front of each entry.
    func entries() throws(CheckpointError) -> [String: Range<Int>] {
        let directory = try findDirectory()
        var entries: [String: Range<Int>] = [:]
        var places: [Range<Int>] = []
        var position = directory.range.lowerBound
        for _ in 0..<directory.count {
            let (entry, end) = try readEntry(at: position, before: directory.range.upperBound)
            position = end
            let (start, data) = try place(of: entry, before: directory.range.lowerBound)
            guard entries.updateValue(data, forKey: entry.name) == nil else {
                throw fail("has two entries called '\(entry.name.prefix(100))'")
            }
            places.append(start..<data.upperBound)
        }
        guard position == directory.range.upperBound else {
            throw fail(
                "has a directory of \(directory.range.count) bytes that does not hold its entries alone")
        }
        places.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        for (place, next) in zip(places, places.dropFirst()) where place.upperBound > next.lowerBound {
            throw fail("has entries that overlap at byte \(next.lowerBound)")
        }
        return entries
    }

    private func fail(_ what: String) -> CheckpointError { CheckpointError(path, "\(what).") }

    private func read<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type, at offset: Int
    ) throws(CheckpointError) -> Number {
        guard let number = file.littleEndian(type, at: offset) else {
            throw fail("is cut: it has \(file.count) bytes, and no number at byte \(offset)")
        }
        return number
    }

    /// Where the directory stands, and how many entries it has.
    private func findDirectory() throws(CheckpointError) -> (range: Range<Int>, count: Int) {
        let end = try findEnd()
        var count = UInt64(try read(UInt16.self, at: end + 10))
        var size = UInt64(try read(UInt32.self, at: end + 12))
        var offset = UInt64(try read(UInt32.self, at: end + 16))
        var limit = end
        if file.littleEndian(UInt32.self, at: end - 20) == Signature.end64Locator {
            let place = try read(UInt64.self, at: end - 12)
            guard place <= UInt64(end), file.littleEndian(UInt32.self, at: Int(place)) == Signature.end64
            else {
                throw fail("says that its zip64 record is at byte \(place), where none is")
            }
            limit = Int(place)
            count = try read(UInt64.self, at: limit + 32)
            size = try read(UInt64.self, at: limit + 40)
            offset = try read(UInt64.self, at: limit + 48)
        }
        guard offset <= UInt64(limit), size <= UInt64(limit) - offset, count <= size / 46 else {
            throw fail(
                "says that its directory has \(count) entries in \(size) bytes at byte \(offset), but byte \(limit) is behind it"
            )
        }
        return (Int(offset)..<Int(offset + size), Int(count))
    }

    /// The record at the archive's end, behind which is nothing but a comment.
    private func findEnd() throws(CheckpointError) -> Int {
        let last = file.count - 22
        guard last >= 0 else { throw fail("has \(file.count) bytes, too few for a zip archive") }
        for place in stride(from: last, through: max(0, last - Int(UInt16.max)), by: -1)
        where file.littleEndian(UInt32.self, at: place) == Signature.end
            && file.littleEndian(UInt16.self, at: place + 20).map(Int.init) == last - place
        {
            return place
        }
        throw fail("has no end of a zip archive: it was cut, or is something else")
    }

    private func readEntry(at position: Int, before limit: Int) throws(CheckpointError) -> (Entry, end: Int) {
        guard limit - position >= 46, try read(UInt32.self, at: position) == Signature.entry else {
            throw fail("has no directory entry at byte \(position), where one should be")
        }
        let nameEnd = position + 46 + Int(try read(UInt16.self, at: position + 28))
        let extraEnd = nameEnd + Int(try read(UInt16.self, at: position + 30))
        let end = extraEnd + Int(try read(UInt16.self, at: position + 32))
        guard end <= limit else { throw fail("has a directory entry at byte \(position) that is cut") }
        var entry = Entry(
            name: file.text(position + 46..<nameEnd), flags: try read(UInt16.self, at: position + 8),
            method: try read(UInt16.self, at: position + 10),
            size: UInt64(try read(UInt32.self, at: position + 24)),
            storedSize: UInt64(try read(UInt32.self, at: position + 20)),
            offset: UInt64(try read(UInt32.self, at: position + 42)))
        try widen(&entry, from: nameEnd..<extraEnd)
        return (entry, end)
    }

    /// Takes the numbers that 32 bits do not hold from the entry's zip64 field.
    private func widen(_ entry: inout Entry, from extra: Range<Int>) throws(CheckpointError) {
        var position = extra.lowerBound
        while extra.upperBound - position >= 4 {
            let kind = try read(UInt16.self, at: position)
            let end = position + 4 + Int(try read(UInt16.self, at: position + 2))
            position += 4
            guard end <= extra.upperBound else { break }
            if kind == 1 {
                for field in [\Entry.size, \Entry.storedSize, \Entry.offset]
                where entry[keyPath: field] == UInt64(UInt32.max) && end - position >= 8 {
                    entry[keyPath: field] = try read(UInt64.self, at: position)
                    position += 8
                }
                return
            }
            position = end
        }
    }

    /// Where an entry begins, and where its bytes stand.
    private func place(
        of entry: Entry, before limit: Int
    ) throws(CheckpointError) -> (start: Int, data: Range<Int>) {
        func fail(_ what: String) -> CheckpointError {
            self.fail("has the entry '\(entry.name.prefix(100))', which \(what)")
        }
        guard entry.flags & 1 == 0 else { throw fail("is encrypted") }
        guard entry.method == 0, entry.size == entry.storedSize else {
            throw fail(
                "is compressed (method \(entry.method)); PyTorch stores entries as they are, and only such are read"
            )
        }
        let start = Int(min(entry.offset, UInt64(limit)))
        guard UInt64(start) == entry.offset,
            file.littleEndian(UInt32.self, at: start) == Signature.localHeader
        else { throw fail("should begin at byte \(entry.offset), but does not") }
        let nameEnd = start + 30 + Int(try read(UInt16.self, at: start + 26))
        let dataStart = nameEnd + Int(try read(UInt16.self, at: start + 28))
        guard dataStart <= limit, entry.size <= UInt64(limit - dataStart) else {
            throw fail(
                "has \(entry.size) bytes from byte \(dataStart), but the directory begins at byte \(limit)")
        }
        guard file.text(start + 30..<nameEnd) == entry.name else {
            throw fail("has another name at byte \(start)")
        }
        return (start, dataStart..<dataStart + Int(entry.size))
    }
}
