// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// What a pickle of tensors may name: everything else is refused, and nothing is ever imported or run.
enum PyTorchGlobal: Hashable {
    case orderedDictionary
    case rebuildTensor
    case rebuildTensorV2
    case rebuildTensorV3
    case rebuildParameter
    case rebuildParameterWithState
    case size
    case device
    /// A class of storages; its elements by their name in safetensors files, nil where they are bytes.
    case storage(typeName: String?)
    /// A type by its name in safetensors files.
    case dtype(String)

    /// What a module's name stands for; nil for what is refused.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
        case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorV3
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch._utils", "_rebuild_parameter_with_state"): self = .rebuildParameterWithState
        case ("torch", "Size"): self = .size
        case ("torch", "device"): self = .device
        case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .storage(typeName: nil)
        case ("torch", _):
            if let type = Self.storages[name] {
                self = .storage(typeName: type)
            } else if let type = Self.dtypes[name] {
                self = .dtype(type)
            } else {
                return nil
            }
        default: return nil
        }
    }

    private static let storages = [
        "DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16",
        "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8",
        "ByteStorage": "U8", "BoolStorage": "BOOL",
    ]

    private static let dtypes = [
        "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64",
        "int32": "I32", "int16": "I16", "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16",
        "uint8": "U8", "bool": "BOOL", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
    ]

    /// What messages call it.
    var name: String {
        switch self {
        case .orderedDictionary: "collections.OrderedDict"
        case .rebuildTensor: "torch._utils._rebuild_tensor"
        case .rebuildTensorV2: "torch._utils._rebuild_tensor_v2"
        case .rebuildTensorV3: "torch._utils._rebuild_tensor_v3"
        case .rebuildParameter: "torch._utils._rebuild_parameter"
        case .rebuildParameterWithState: "torch._utils._rebuild_parameter_with_state"
        case .size: "torch.Size"
        case .device: "torch.device"
        case .storage(let type): "a storage class of \(type ?? "bytes")"
        case .dtype(let type): "the dtype \(type)"
        }
    }
}

/// A storage that a pickle names; its bytes are elsewhere in the file.
struct PyTorchStorage {
    /// Which one.
    let key: String
    /// The elements by their name in safetensors files; nil for bytes.
    let typeName: String?
    /// Elements.
    let count: Int

    /// Bytes of an element.
    var elementSize: Int { typeName.flatMap { StoredTensor.elementSizes[$0] } ?? 1 }
}

/// A tensor as a pickle describes it, unchecked: a view of a storage.
struct PyTorchTensor {
    let storage: PyTorchStorage
    let typeName: String
    /// Elements of the storage in front of the first.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}
