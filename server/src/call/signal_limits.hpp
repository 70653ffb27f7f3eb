// Limits of the signalling; each has a test that goes one beyond it. Bytes unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>

namespace kith::call {

// One message of a client. Large ones are session descriptions of calls with many tracks.
inline constexpr size_t kSignalMessageBytesMax = 2 * 1024 * 1024;

// What participants say of themselves. The numbers are those of LiveKit's server, which clients expect.
inline constexpr size_t kNameBytesMax = 256;
inline constexpr size_t kMetadataBytesMax = 512 * 1024;
inline constexpr size_t kAttributesBytesMax = 64 * 1024;  ///< names and values together

// What they say of their tracks.
inline constexpr size_t kTrackNameBytesMax = 256;  ///< also the client's id of it, and its stream's name
inline constexpr size_t kTrackLayersMax = 8;
inline constexpr size_t kTrackCodecsMax = 8;
inline constexpr size_t kAudioFeaturesMax = 16;

inline constexpr size_t kTracksPerRequestMax = 1'000;      ///< tracks one request may name; more are not looked at
inline constexpr size_t kSidBytesMax = 64;                 ///< of a track somebody wants
inline constexpr size_t kPermissionBytesMax = 128 * 1024;  ///< a whole subscription permission
inline constexpr size_t kUnknownTracksMax = 100;           ///< wanted tracks that nobody has announced yet
inline constexpr size_t kTrackSettingsMax = 1'000;         ///< tracks whose settings are kept for a resume
inline constexpr size_t kParticipantsMax = 2'000;          ///< people in one call

// Reliable messages kept for those who come back.
inline constexpr size_t kReplayBytesMax = 100 * 1024;
inline constexpr std::chrono::seconds kReplayTime{2};

/// An update with more is sent in parts.
inline constexpr size_t kUpdateBytesMax = 128 * 1024;

// How long is waited. Longer ones keep the dead, shorter ones lose the slow.
inline constexpr std::chrono::seconds kConnectTime{20};        ///< from the welcome to the first media connection
inline constexpr std::chrono::seconds kAnswerTime{15};         ///< for the answer to an offer
inline constexpr std::chrono::seconds kSilenceTime{20};        ///< clients ping every 5 s
inline constexpr std::chrono::seconds kWithoutSocketTime{60};  ///< while media flows
inline constexpr std::chrono::seconds kWithoutMediaTime{30};
inline constexpr std::chrono::seconds kRejoinTime{15};  ///< for somebody who was asked to join anew
inline constexpr std::chrono::minutes kUnknownTrackTime{1};
inline constexpr std::chrono::minutes kTokenTime{5};  ///< between new tokens
inline constexpr std::chrono::seconds kEmptyTime{300};
inline constexpr std::chrono::seconds kDepartureTime{20};  ///< a call stays so long after the last one left
inline constexpr std::chrono::minutes kGoneTime{2};        ///< who left is told to those who resume

/// Newcomers of calls larger than this are announced together, every so often: else a call of n costs n² messages.
inline constexpr size_t kJoinsAtOnceMax = 50;
inline constexpr std::chrono::seconds kJoinsEvery{3};
inline constexpr std::chrono::seconds kCountsEvery{5};  ///< how many there are

/// How exactly all these times are kept.
inline constexpr std::chrono::milliseconds kTickEvery{250};

}  // namespace kith::call
