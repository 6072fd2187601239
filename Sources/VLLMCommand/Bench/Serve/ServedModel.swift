// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// Asks a server which models it has.
enum ServedModel {
    /// The first of a server's models.
    static func first(at target: ServeTarget) throws(ClientError) -> String {
        var connection = try HTTPConnection(to: target.modelsURL)
        try connection.send("GET", "", headers: target.headers)
        let body = try connection.receiveAll(limit: 1 << 20)
        let place = "\(target.modelsURL.authority)\(target.modelsURL.prefix)"
        guard connection.status == 200 else {
            throw ClientError("\(place) answered \(connection.status); give --model.")
        }
        guard let value = try? JSONParser.parse(body), let name = value["data"]?[0]?["id"]?.stringValue else {
            throw ClientError("\(place) names no model; give --model.")
        }
        return name
    }
}
