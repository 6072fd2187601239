// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a pickle holds as a whole.
extension PickleMachine {
    /// The members of a dictionary whose keys are texts, the last of each name; none where it is something else.
    func members(of value: PickleValue) -> [String: PickleValue] {
        guard case .dictionary(let index) = value else { return [:] }
        return objects.dictionaries[index].reduce(into: [:]) { members, pair in
            if let name = text(pair.key) { members[name] = pair.value }
        }
    }

    /// The tensors of a state_dict by name; what else it holds is no weight.
    func tensors(
        in value: PickleValue
    ) throws(CheckpointError) -> [(name: String, value: PyTorchTensor)] {
        let members = members(of: value)
        let own = tensors(of: members)
        guard own.isEmpty else { return own }
        let wrapped = try wrapped(in: members)
        guard wrapped.isEmpty else { return wrapped }
        let keys = members.keys.sorted().prefix(8).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
        throw fail(
            "holds \(keys.isEmpty ? value.kindName : "a dict of \(keys)") where a dict of tensors by name should be",
            at: nil,
            "which torch.save(model.state_dict(), …) writes")
    }

    private func tensors(
        of members: [String: PickleValue]
    ) -> [(name: String, value: PyTorchTensor)] {
        members.compactMap { name, member in
            guard case .tensor(let index) = member else { return nil }
            return (name, objects.tensors[index])
        }
    }

    /// What training programs call a model's state_dict among other things that they keep.
    private static let wrappers: Set<String> = ["state_dict", "model", "model_state_dict", "module"]

    /// The tensors of the one member that is a dictionary of tensors; none where there is no such member.
    private func wrapped(
        in members: [String: PickleValue]
    ) throws(CheckpointError) -> [(name: String, value: PyTorchTensor)] {
        var found: [Int: [String]] = [:]
        // Members may be the same dictionary, which is looked at once.
        var seen: [Int: Bool] = [:]
        for (name, member) in members {
            guard case .dictionary(let index) = member else { continue }
            let hasTensors =
                seen[index]
                ?? objects.dictionaries[index].contains { if case .tensor = $0.value { true } else { false } }
            seen[index] = hasTensors
            if hasTensors { found[index, default: []].append(name) }
        }
        let names = found.values.joined().sorted()
        guard found.count <= 1 else {
            let shown = names.prefix(8).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
            throw fail(
                "holds tensors in each of \(shown), so that it does not say which are the weights: save the one of the model alone, as torch.save(model.state_dict(), …) does"
            )
        }
        guard let index = found.keys.first, names.contains(where: Self.wrappers.contains) else { return [] }
        return tensors(of: self.members(of: .dictionary(index)))
    }
}
