// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import NIOHTTP1

/// What status codes mean.
extension HubSession {
    /// The error of a response; nil for a success.
    ///
    /// - Parameter file: the file that was asked for; nil for the listing.
    func statusError(_ response: HubResponse, file: RepositoryPath?) -> TransferError? {
        let status = response.status
        guard !(200..<300).contains(status) else { return nil }
        let text = "\(response.url) answers \(status)\(said(response))."
        switch status {
        case 408, 425, 429, 500...599:
            let delay = RetryAfter.delay(in: response.headers, unixTime: configuration.clock.unixTime)
            return .temporary(HubError(status == 429 ? .rateLimited : .network, text), retryAfter: delay)
        case 401, 403, 404:
            // A signed address of another host may have run out; the next attempt gets a new one.
            guard response.url.host == configuration.endpoint.host else {
                return .temporary(HubError(.network, text))
            }
            return .final(refusal(response, file: file) ?? HubError(.unauthorized, text))
        default: return .final(HubError(.response, text))
        }
    }

    private func refusal(_ response: HubResponse, file: RepositoryPath?) -> HubError? {
        let code = response.headers.first(name: "X-Error-Code")
        let hasToken = configuration.token != nil
        let page = configuration.endpoint.appending(repository.parts)
        switch (code, response.status) {
        case ("GatedRepo", _):
            let token = hasToken ? "the token that was given has no access yet" : "give a token (HF_TOKEN)"
            return HubError(.gated, "\(repository) is gated: accept its licence at \(page); \(token).")
        case ("RevisionNotFound", _):
            return HubError(.revisionNotFound, "\(repository) has no revision '\(repository.revision)'.")
        case ("EntryNotFound", _):
            return HubError(
                .fileNotFound, "\(repository) has no file \(file?.description ?? "of that name").")
        case ("RepoNotFound", _),
            (nil, 404) where file == nil:
            return missing(hasToken)
        case (_, 404):
            return HubError(
                .fileNotFound, "\(repository) has no file \(file?.description ?? "of that name").")
        case (_, 401) where response.headers.first(name: "X-Error-Message")?.contains("nvalid cred") == true:
            return HubError(.unauthorized, "\(configuration.endpoint.authority) does not accept the token.")
        case (_, 401): return missing(hasToken)
        default: return nil
        }
    }

    /// The hub tells who may not see a repository that there is none.
    private func missing(_ hasToken: Bool) -> HubError {
        let other =
            hasToken ? "the token that was given cannot see it" : "it is private and needs a token (HF_TOKEN)"
        return HubError(
            .repositoryNotFound,
            "\(configuration.endpoint.authority) has no model \(repository), or \(other).")
    }

    /// The hub's own words, fit for a terminal.
    private func said(_ response: HubResponse) -> String {
        guard let text = response.headers.first(name: "X-Error-Message") else { return "" }
        let plain = text.unicodeScalars.prefix(200).filter { $0.value >= 0x20 && $0.value != 0x7F }
        return ": \(String(String.UnicodeScalarView(plain)))"
    }
}
