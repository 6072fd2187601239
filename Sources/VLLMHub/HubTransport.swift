// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends requests, follows their redirects, and keeps the token where it belongs.
struct HubTransport: Sendable {
    /// The most redirects of a request.
    static let maximumRedirects = 10

    private let clients: HTTPClients
    private let scope: TokenScope
    private let token: HubToken?

    /// Creates a transport.
    init(_ clients: HTTPClients, endpoint: HubURL, token: HubToken?) {
        self.clients = clients
        scope = TokenScope(endpoint: endpoint)
        self.token = token
    }

    /// Sends a request and returns the first response that is no redirect, its body unread.
    ///
    /// A request for a file's head ends at the redirect that describes the file.
    func send(_ request: HubRequest, _ activity: Activity) async throws -> HubResponse {
        var url = request.url
        var link = LinkedFile()
        for _ in 0...Self.maximumRedirects {
            let response = try await clients.client(for: url).execute(
                httpRequest(request, url), deadline: .now() + .hours(24 * 7))
            activity.touch()
            let status = Int(response.status.code)
            let location =
                [301, 302, 303, 307, 308].contains(status) ? response.headers.first(name: "Location") : nil
            link.read(response.headers, isRedirect: location != nil)
            let isDescribed = request.purpose == .head && link.blob != nil && link.size != nil
            guard let location, !isDescribed else {
                return HubResponse(
                    url: url, status: isDescribed ? 200 : status, headers: response.headers,
                    body: response.body,
                    link: link)
            }
            url = try redirect(from: url, to: location)
            // Read to its end, the connection can be used again.
            _ = try? await response.body.collect(upTo: 1 << 16)
        }
        throw TransferError.final(
            HubError(.response, "\(request.url) redirects more than \(Self.maximumRedirects) times."))
    }

    private func redirect(from url: HubURL, to location: String) throws(TransferError) -> HubURL {
        guard let target = url.resolving(location) else {
            throw .final(HubError(.response, "\(url) redirects to something that is no http address."))
        }
        guard target.isSecure || !url.isSecure else {
            throw .final(
                HubError(.response, "\(url) redirects to \(target), which is not encrypted: refused."))
        }
        return target
    }

    private func httpRequest(_ request: HubRequest, _ url: HubURL) -> HTTPClientRequest {
        var message = HTTPClientRequest(url: url.text)
        message.method = request.purpose == .head ? .HEAD : .GET
        message.headers.add(name: "User-Agent", value: "swift-vllm")
        message.headers.add(name: "Accept-Encoding", value: "identity")
        if let token, scope.includes(url) {
            message.headers.add(name: "Authorization", value: "Bearer \(token.secret)")
        }
        if request.offset > 0 {
            message.headers.add(name: "Range", value: "bytes=\(request.offset)-")
            if let validator = request.validator, validator.origin == url.authority {
                message.headers.add(name: "If-Range", value: validator.tag)
            }
        }
        return message
    }
}
