// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOHTTP1

/// The answer at the end of all redirects.
struct HubResponse: Sendable {
    /// Who answers.
    let url: HubURL
    /// The status code.
    let status: Int
    /// The headers.
    let headers: HTTPHeaders
    /// The body.
    let body: HTTPClientResponse.Body
    /// What the hub itself said about the file on the way.
    let link: LinkedFile

    /// An integer header.
    func integer(_ name: String) -> Int? { headers.first(name: name).flatMap { Int($0) } }

    /// The entity tag, to ask for the rest of the same bytes later; weak ones do not promise the same bytes.
    var validator: HubRequest.Validator? {
        guard let tag = headers.first(name: "ETag"), tag.hasPrefix("\""), tag.utf8.count <= 512 else {
            return nil
        }
        return HubRequest.Validator(origin: url.authority, tag: tag)
    }

    /// The range of a partial response: the first byte, and the size of the whole where it is said.
    var contentRange: (first: Int, total: Int?)? {
        guard let text = headers.first(name: "Content-Range"), text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/")
        guard parts.count == 2, let dash = parts[0].firstIndex(of: "-"), let first = Int(parts[0][..<dash])
        else { return nil }
        return (first, Int(parts[1]))
    }
}
