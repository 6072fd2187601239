// swift-vllm
// SPDX-License-Identifier: Apache-2.0

import Testing
import VLLMHub

@Suite struct HubConfigurationTests {
    private func configuration(_ environment: [String: String], token: String? = nil) throws
        -> HubConfiguration
    {
        try HubConfiguration(
            environment: environment.merging(["HOME": "/nowhere"]) { first, _ in first }, token: token)
    }

    @Test func `without settings it is the public hub, anonymous and online`() throws {
        let configuration = try configuration([:])
        #expect(configuration.endpoint.description == "https://huggingface.co/")
        #expect(configuration.cacheRoot == "/nowhere/.cache/huggingface/hub")
        #expect(configuration.token == nil)
        #expect(!configuration.isOffline)
        #expect(configuration.metadataTimeout == .seconds(10))
        #expect(configuration.stallTimeout == .seconds(10))
        #expect(configuration.proxies == .none)
    }

    @Test func `the variables of other tools are read`() throws {
        let configuration = try configuration([
            "HF_ENDPOINT": "https://mirror.test/hf/", "HF_HOME": "/home", "HF_TOKEN": " hf_x\n",
            "HF_HUB_DOWNLOAD_TIMEOUT": "30", "HF_HUB_ETAG_TIMEOUT": "5", "SSL_CERT_FILE": "/ca.pem",
        ])
        #expect(configuration.endpoint.description == "https://mirror.test/hf/")
        #expect(configuration.cacheRoot == "/home/hub")
        #expect(try configuration.token == HubToken("hf_x"))
        #expect(configuration.stallTimeout == .seconds(30))
        #expect(configuration.metadataTimeout == .seconds(5))
        #expect(configuration.certificateFile == "/ca.pem")
        #expect(try self.configuration(["HF_HUB_CACHE": "~/models"]).cacheRoot == "/nowhere/models")
    }

    @Test(arguments: ["1", "true", "YES", "on"]) func `offline is what other tools call offline`(word: String)
        throws
    {
        #expect(try configuration(["HF_HUB_OFFLINE": word]).isOffline)
        #expect(try configuration(["TRANSFORMERS_OFFLINE": word]).isOffline)
        #expect(try !configuration(["HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": word]).isOffline)
    }

    @Test func `the token is the user's, then the environment's, then the file's`() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("from_file\n".utf8), to: "token")
        var environment = ["HF_HOME": folder.path]
        #expect(try configuration(environment).token == HubToken("from_file"))
        environment["HF_TOKEN"] = "from_environment"
        #expect(try configuration(environment).token == HubToken("from_environment"))
        #expect(try configuration(environment, token: "given").token == HubToken("given"))
        environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"
        #expect(try configuration(environment).token == nil)
        #expect(try configuration(environment, token: "given").token == HubToken("given"))
        try folder.write(Array("elsewhere".utf8), to: "other")
        #expect(
            try configuration(["HF_TOKEN_PATH": "\(folder.path)/other"]).token == HubToken("elsewhere"))
    }

    @Test func `no description shows the token`() throws {
        let configuration = try configuration([:], token: "hf_secret")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("hf_secret"))
        #expect(!"\(configuration)".contains("hf_secret"))
        #expect(!String(reflecting: configuration.token).contains("hf_secret"))
    }

    @Test(arguments: ["hf_x\r\nHost: evil", "hf x", "ä"]) func `a token that would break a header is refused`(
        token: String
    ) {
        let error = #expect(throws: HubError.self) { try configuration([:], token: token) }
        #expect(error?.kind == .configuration)
        #expect(error?.message.contains(token) == false)
    }

    @Test(arguments: [
        "huggingface.co", "ftp://x", "https://", "https://u:p@x", "https://x:99999", "https://x?y",
    ])
    func `an endpoint that is no address is refused`(text: String) {
        #expect(throws: HubError.self) { try configuration(["HF_ENDPOINT": text]) }
    }

    @Test(arguments: ["https://proxy:1", "gopher://proxy", "http://", "http://proxy:port"])
    func `a proxy that does not work is refused by name`(text: String) {
        let error = #expect(throws: HubError.self) { try configuration(["https_proxy": text]) }
        #expect(error?.message.contains("HTTPS_PROXY") == true)
    }
}
