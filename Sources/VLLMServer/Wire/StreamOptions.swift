// swift-vllm
// SPDX-License-Identifier: Apache-2.0

/// When a stream tells its usage.
struct StreamOptions {
    /// The response is a stream.
    var isStream: Bool
    /// A last chunk holds the usage.
    var includesUsage = false
    /// Every chunk holds the usage so far.
    var continuousUsage = false

    init(_ fields: FieldReader, forcesUsage: Bool) throws(APIError) {
        isStream = try fields.bool("stream") ?? false
        let options = try fields.object("stream_options")
        guard isStream || options == nil else {
            throw .badRequest(
                "Stream options can only be defined when `stream=True`.", parameter: "stream_options")
        }
        guard isStream else { return }
        includesUsage = forcesUsage
        if let options {
            let reader = FieldReader(object: options, place: [.key("stream_options")])
            includesUsage = try reader.bool("include_usage") ?? true || forcesUsage
            let isContinuous = try reader.bool("continuous_usage_stats") ?? false
            continuousUsage = includesUsage && isContinuous
        }
    }
}
