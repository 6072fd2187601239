// swift-vllm
// SPDX-License-Identifier: Apache-2.0

package import VLLMCheckpoints
import VLLMLayers
package import VLLMQuantization
package import VLLMTensors

/// The copy on disk of one model's packed weights: read at the start if it is sound, else written when the engine runs.
///
/// It never keeps a model from being loaded: whatever is wrong is told, and the weights are packed.
package struct PackedCache {
    /// The file.
    package let path: String
    private let key: PackedCacheKey
    private let checkpoint: Checkpoint
    private let note: @Sendable (LoadNote) -> Void
    /// What stood in the file's place when it was looked for.
    private let seen: FileStamp?

    /// Names the copy of a checkpoint in a folder; nil, and told, where its weights cannot be told from others.
    ///
    /// - Parameters:
    ///   - packing: what decides the packed bytes besides the checkpoint.
    ///   - scheme: what decodes the weights, a plug-in.
    ///   - loadFormat: what finds them.
    package init?(
        _ folder: String, _ checkpoint: Checkpoint, packing: String, scheme: (any QuantizationScheme)?,
        loadFormat: String, note: @escaping @Sendable (LoadNote) -> Void
    ) {
        func skip(_ reason: String) {
            note(LoadNote(isWarning: true, text: "Packed cache: not used, for \(reason)."))
        }
        guard scheme == nil, EngineOptions.builtInLoadFormats.contains(loadFormat) else {
            let plugIn = scheme.map { "\(type(of: $0))" } ?? loadFormat
            skip("the weights come from the plug-in \(plugIn), whose results change with its code")
            return nil
        }
        guard let identity = checkpoint.identity, let source = checkpoint.source.path else {
            skip("the model is not made of files")
            return nil
        }
        let name = PackedCacheFolder.fileName(ofModelIn: source, packing: packing)
        path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
        key = PackedCacheKey(packing: packing, identity: identity)
        seen = FileStamp(path)
        (self.checkpoint, self.note) = (checkpoint, note)
    }

    /// The weights of the file, verified; nil, and told, where there are none.
    ///
    /// - Parameter fits: whether memory holds them all.
    func open(on backend: any Backend, fits: Bool = true) -> PackedFile? {
        do {
            guard let file = try PackedFile(path, key: key) else {
                if fits { tell("\(path) is not there yet; it is written as soon as the engine runs.") }
                return nil
            }
            try file.verify(readsAhead: fits, backend.concurrently)
            tell("\(file.sizeInBytes >> 20) MiB of weights mapped from \(path).")
            return file
        } catch {
            warn("\(error) The weights are packed anew, and the file is replaced.")
            return nil
        }
    }

    /// Packs weights that memory does not hold into the file, one after the other, and maps it.
    ///
    /// - Throws: where that is not possible, for there is no other way to run such a model.
    func pack(_ plan: [PackedWeights.PlannedWeight], on backend: any Backend) throws -> PackedFile {
        let start = ContinuousClock.now
        let size = plan.reduce(0) { $0 + $1.sizeInBytes }
        tell(
            "memory does not hold \(size >> 20) MiB of weights: they are packed one after the other into \(path)."
        )
        let written = try PackedFileWriter.write(
            plan.map { ($0.name, $0.sizeInBytes) }, key: key, to: path, replacing: seen
        ) { index, write in try plan[index].pack(write) }
        guard written != nil else {
            throw CheckpointError(path, "is being written by another process; start again when it is done.")
        }
        guard checkpoint.isUnchanged else {
            throw CheckpointError(checkpoint.source.name, "has changed while it was read.")
        }
        tell("written in \(Self.seconds(since: start)) s.")
        guard let file = open(on: backend, fits: false) else {
            throw CheckpointError(path, "cannot be read although it was just written.")
        }
        return file
    }

    private static func seconds(since start: ContinuousClock.Instant) -> String {
        let tenths = Int(((.now - start) / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// Writes the file, unless all weights came from it; they must not change any more.
    ///
    /// - Parameter background: does the work.
    func keep(_ weights: PackedWeights, of backend: any Backend, on background: BackgroundWork) {
        guard weights.numPacked > 0 else { return }
        let entries = weights.entries
        background.start { write(entries, of: backend, isCancelled: $0) }
    }

    /// Writes the file; what happens to it is told.
    ///
    /// - Parameter isCancelled: true gives up, and the next start writes the file.
    package func write(
        _ entries: [(name: String, weight: PackedWeight)], of backend: any Backend,
        isCancelled: @escaping () -> Bool
    ) {
        let start = ContinuousClock.now
        do {
            guard checkpoint.isUnchanged else {
                warn("\(path) is not written, for the checkpoint has changed while it was read.")
                return
            }
            let written = try PackedFileWriter.write(
                entries.map { ($0.name, $0.weight.sizeInBytes) }, key: key, to: path, replacing: seen,
                isCancelled: isCancelled
            ) { index, write in try backend.packedBytes(of: entries[index].weight, write) }
            guard let written else {
                tell("\(path) is being written by another process.")
                return
            }
            tell("\(written >> 20) MiB of weights written to \(path) in \(Self.seconds(since: start)) s.")
        } catch is CancellationError {
            tell("\(path) was not written when the engine ended; the next start writes it.")
        } catch {
            warn("\(error) The next start packs the weights again.")
        }
    }

    private func tell(_ text: String) { note(LoadNote(isWarning: false, text: "Packed cache: \(text)")) }
    private func warn(_ text: String) { note(LoadNote(isWarning: true, text: "Packed cache: \(text)")) }
}
