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
        var tensors: [(name: String, value: PyTorchTensor)] = []
        for (name, member) in members {
            if case .tensor(let index) = member { tensors.append((name, objects.tensors[index])) }
        }
        guard tensors.isEmpty else { return tensors }
        let keys = members.keys.sorted().prefix(8).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
        throw fail(
            "holds \(keys.isEmpty ? value.kindName : "a dict of \(keys)") where a dict of tensors by name should be"
        )
    }
}
