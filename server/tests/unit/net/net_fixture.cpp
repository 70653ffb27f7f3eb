#include "net_fixture.hpp"

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <thread>

namespace kith::net {

RawClient::RawClient(const Address& address, std::shared_ptr<TlsContext> tls, int receive_buffer) {
  descriptor_ = socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (receive_buffer > 0) setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_storage storage{};
  const uint32_t size = address.to_sockaddr(storage);
  EXPECT_EQ(connect(descriptor_, reinterpret_cast<const sockaddr*>(&storage), size), 0) << address.text();
  if (!tls) return;
  tls_ = TlsSession::connect(*tls, descriptor_, "localhost");
  EXPECT_EQ(tls_->handshake(), IoStatus::kOk);
}

RawClient::~RawClient() {
  tls_.reset();
  close(descriptor_);
}

int RawClient::descriptor() const { return descriptor_; }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = 0;
    if (tls_) {
      const IoResult result = tls_->write(bytes.data(), bytes.size());
      sent = result.status == IoStatus::kOk ? static_cast<ssize_t>(result.bytes) : -1;
    } else {
      sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void RawClient::end_output() { shutdown(descriptor_, SHUT_WR); }

bool RawClient::read_more() {
  std::array<char, 16384> buffer;
  ssize_t got = 0;
  if (tls_) {
    const IoResult result = tls_->read(buffer.data(), buffer.size());
    got = result.status == IoStatus::kOk ? static_cast<ssize_t>(result.bytes) : 0;
  } else {
    got = recv(descriptor_, buffer.data(), buffer.size(), 0);
    EXPECT_FALSE(got < 0 && errno == EAGAIN) << "nothing came for 10 s";
  }
  if (got <= 0) return false;
  received_.append(buffer.data(), static_cast<size_t>(got));
  return true;
}

std::string RawClient::read_until(std::string_view text) {
  while (received_.find(text) == std::string::npos) {
    if (!read_more()) return std::exchange(received_, {});
  }
  return read_exactly(received_.find(text) + text.size());
}

std::string RawClient::read_exactly(size_t bytes) {
  while (received_.size() < bytes) {
    if (!read_more()) return std::exchange(received_, {});
  }
  std::string taken = received_.substr(0, bytes);
  received_.erase(0, bytes);
  return taken;
}

std::string RawClient::read_to_end() {
  while (read_more()) {
  }
  return std::exchange(received_, {});
}

std::string RawClient::read_response() {
  std::string head = read_until("\r\n\r\n");
  const size_t at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  size_t size = 0;
  std::from_chars(head.data() + at + 16, head.data() + head.size(), size);
  return head + read_exactly(size);
}

TestServer::TestServer(Handler& handler, const std::function<void(ServerOptions&)>& change) {
  ServerOptions options;
  options.listen = {{.address = *Address::parse_ip("127.0.0.1")}};
  options.reactors = 1;
  if (change) change(options);
  auto made = Server::create(std::move(options), handler, clock);
  if (!made) {
    ADD_FAILURE() << made.error().message;
    std::abort();
  }
  server = std::move(*made);
  addresses = server->addresses();
  server->start();
}

void TestServer::advance(Duration by) {
  clock.advance(by);
  for (int pass = 0; pass < 2; ++pass) {
    for (size_t i = 0; i < server->reactor_count(); ++i) run_and_wait(server->reactor(i), [] {});
  }
}

void TestServer::run_on_reactor(const std::function<void()>& job) { run_and_wait(server->reactor(0), job); }

void run_and_wait(Executor& executor, std::function<void()> job) {
  auto done = std::make_shared<std::promise<void>>();
  std::future<void> future = done->get_future();
  executor.post([job = std::move(job), done = std::move(done)] {
    job();
    done->set_value();
  });
  future.wait();
}

bool eventually(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

const TestCertificate& TestCertificate::get() {
  static const TestCertificate made = [] {
    const std::string folder = std::filesystem::temp_directory_path() / ("kith-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    TestCertificate paths{.certificate_path = folder + "/certificate.pem", .key_path = folder + "/key.pem"};
    FILE* file = std::fopen(paths.certificate_path.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(paths.key_path.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return paths;
  }();
  return made;
}

}  // namespace kith::net
