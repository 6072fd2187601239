// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// Reads the tensors of a file that `torch.save` wrote, where they stand in it; nothing that it says is run or believed.
///
/// Format: a zip archive with the pickle `<name>/data.pkl` and a stored entry `<name>/data/<key>` a storage (PyTorch,
/// torch/serialization.py); before version 1.6 the pickles and the storages one behind the other.
package struct PyTorchFile {
    let file: FileBytes
    let path: String

    /// The tensors of a file by name.
    package static func tensors(of file: FileBytes, path: String) throws(CheckpointError) -> [String:
        StoredTensor]
    {
        let reader = PyTorchFile(file: file, path: path)
        if ZipArchive.isArchive(file) { return try reader.archived() }
        guard file.littleEndian(UInt8.self, at: 0) == PickleOpcode.proto.rawValue else {
            throw CheckpointError(
                path,
                "is neither a zip archive nor a pickle, which torch.save writes: it was cut, or is something else."
            )
        }
        return try reader.legacy()
    }

    func fail(_ what: String) -> CheckpointError { CheckpointError(path, "\(what).") }

    // MARK: Zip archives

    private func archived() throws(CheckpointError) -> [String: StoredTensor] {
        let entries = try ZipArchive(file: file, path: path).entries()
        let pickles = entries.filter { $0.key.split(separator: "/").dropFirst() == ["data.pkl"] }
        guard pickles.count == 1, let (name, pickle) = pickles.first else {
            throw fail("has \(pickles.count) pickles called data.pkl, not one: torch.save did not write it")
        }
        let prefix = name.dropLast("data.pkl".count)
        guard entries["\(prefix)constants.pkl"] == nil else {
            throw fail("is a TorchScript program, which is not read; save the model's state_dict instead")
        }
        if let order = entries["\(prefix)byteorder"].map({ file.text($0.prefix(16)) }), order != "little" {
            throw fail("has its numbers in the byte order '\(order)'; only 'little' is read")
        }
        guard pickle.count <= PickleMachine.maximumSize else {
            throw fail("has a pickle of \(pickle.count) bytes, more than \(PickleMachine.maximumSize)")
        }
        var machine = PickleMachine(file, pickle, path: "\(path)/\(name)")
        let value = try machine.run().value
        return try stored(machine.tensors(in: value)) { (storage: PyTorchStorage) throws(CheckpointError) in
            guard let range = entries["\(prefix)data/\(storage.key)"] else {
                throw fail("has no storage '\(storage.key.prefix(100))', which its pickle names")
            }
            return range
        }
    }

    // MARK: Tensors

    /// Checks tensors against the storages that they view.
    func stored(
        _ tensors: [(name: String, value: PyTorchTensor)],
        storage: (PyTorchStorage) throws(CheckpointError) -> Range<Int>
    ) throws(CheckpointError) -> [String: StoredTensor] {
        var found: [String: StoredTensor] = [:]
        var total = 0
        for (name, tensor) in tensors {
            let range = try storage(tensor.storage)
            let (size, overflow) = tensor.storage.count.multipliedReportingOverflow(
                by: tensor.storage.elementSize)
            guard !overflow, range.count == size else {
                throw fail(
                    "has a storage '\(tensor.storage.key.prefix(100))' of \(range.count) bytes, but its pickle says \(tensor.storage.count) elements of \(tensor.storage.elementSize) bytes"
                )
            }
            let entry = try StoredTensor(
                name, typeName: tensor.typeName, shape: tensor.shape, strides: tensor.strides, file: file,
                storage: range, offset: tensor.offset)
            // Views may share a storage, so that the sum is more than the file.
            total = total.addingReportingOverflow(range.count).partialValue
            guard total >= 0, total < 1 << 56 else { throw fail("has more tensors than any memory holds") }
            found[name] = entry
        }
        return found
    }
}
