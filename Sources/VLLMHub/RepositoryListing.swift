// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import VLLMJSON

/// What a repository holds at a commit, as the hub's API says it.
struct RepositoryListing: Sendable {
    /// The commit, 40 hexadecimal digits.
    let commit: String
    /// The files by path.
    let files: [String: RemoteFile]

    /// The most files of a repository that is taken for real.
    private static let maximumCount = 100_000

    /// Reads the answer of `/api/models/{id}/revision/{revision}?blobs=true`.
    init(_ bytes: [UInt8], of repository: RepositoryName, from endpoint: HubURL) throws(HubError) {
        func wrong(_ what: String) -> HubError {
            HubError(.response, "\(endpoint) describes \(repository) in an answer that \(what).")
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            throw wrong(error.verdict)
        }
        guard let commit = value["sha"]?.stringValue, RepositoryName.isCommit(commit) else {
            throw wrong("names no commit")
        }
        guard let siblings = value["siblings"]?.arrayValue, siblings.count <= Self.maximumCount else {
            throw wrong("lists no files")
        }
        var files: [String: RemoteFile] = [:]
        for sibling in siblings {
            guard let name = sibling["rfilename"]?.stringValue else {
                throw wrong("lists a file without a name")
            }
            guard let path = RepositoryPath(name) else {
                throw HubError(
                    .response, "\(repository) lists the file \(Self.quoted(name)), a name that is refused.")
            }
            let size = sibling["lfs"]?["size"]?.intValue ?? sibling["size"]?.intValue
            files[name] = RemoteFile(
                path: path, blob: Self.blobName(sibling), size: size.flatMap { $0 >= 0 ? $0 : nil })
        }
        self.commit = commit
        self.files = files
    }

    private static func blobName(_ sibling: JSONValue) -> BlobName? {
        if let large = sibling["lfs"], !large.isNull {
            return large["sha256"]?.stringValue.flatMap {
                BlobName.isHexadecimal($0, count: 64) ? BlobName($0) : nil
            }
        }
        return sibling["blobId"]?.stringValue.flatMap {
            BlobName.isHexadecimal($0, count: 40) ? BlobName($0) : nil
        }
    }

    /// A hostile name, fit for a terminal.
    private static func quoted(_ name: String) -> String {
        let text = name.unicodeScalars.prefix(80).map {
            $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0)
        }
        return "'\(text.joined())\(name.unicodeScalars.count > 80 ? "…" : "")'"
    }
}
