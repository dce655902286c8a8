#include "connectors/csv/known_exports.h"

#include <array>

namespace crmsync::connectors::csv {

namespace {

template <std::size_t N>
using List = std::array<std::string_view, N>;
template <std::size_t N>
using Marks = std::array<Names, N>;

constexpr List<1> kEmail{"email"};
constexpr List<1> kFirstName{"first name"};
constexpr List<1> kLastName{"last name"};

constexpr List<2> kHubSpotId{"record id", "record id - contact"};
constexpr List<1> kHubSpotOut{"unsubscribed from all email"};
constexpr List<1> kHubSpotModified{"last modified date"};
constexpr Marks<2> kHubSpotMarks{Names(kHubSpotId), Names(kEmail)};

// API names: Data Loader, the data export service and everything else that speaks to the API.
constexpr List<2> kApiId{"id", "contactid"};
constexpr List<1> kApiOut{"hasoptedoutofemail"};
constexpr List<1> kApiDeleted{"isdeleted"};
constexpr List<2> kApiModified{"systemmodstamp", "lastmodifieddate"};
constexpr List<1> kApiFirst{"firstname"};
constexpr List<1> kApiLast{"lastname"};
constexpr Marks<2> kApiMarks{Names(kApiOut), Names(kEmail)};

// Labels: reports.
constexpr List<2> kReportId{"contact id", "lead id"};
constexpr List<1> kReportOut{"email opt out"};
constexpr List<2> kReportModified{"last modified date", "last modified"};
constexpr Marks<3> kReportMarks{Names(kReportId), Names(kReportOut), Names(kEmail)};

constexpr List<1> kLeid{"leid"};
constexpr List<1> kEuid{"euid"};
constexpr List<1> kMailchimpEmail{"email address"};
constexpr List<1> kMailchimpOut{"unsub_time"};
constexpr List<1> kMailchimpModified{"last_changed"};
constexpr Marks<3> kMailchimpMarks{Names(kMailchimpEmail), Names(kLeid), Names(kEuid)};

constexpr List<5> kCommonId{"id", "external_id", "external id", "contact id", "record id"};
constexpr List<5> kCommonEmail{"email", "e-mail", "email address", "email_address", "e-mail address"};
constexpr List<7> kCommonOut{"opted_out",       "opted out", "email opt out", "unsubscribed",
                             "hs_email_optout", "opt out",   "opt_out"};
constexpr List<5> kCommonModified{"modified_at", "last modified", "updated_at", "last modified date", "modified at"};
constexpr List<3> kCommonFirst{"first name", "first_name", "name"};
constexpr List<2> kCommonLast{"last name", "last_name"};
constexpr Marks<1> kCommonMarks{Names(kCommonEmail)};

constexpr std::array<KnownExport, 5> kKnown{{
    {"Mailchimp",
     kMailchimpMarks,
     kLeid,
     kMailchimpEmail,
     kMailchimpOut,
     {},
     kMailchimpModified,
     kFirstName,
     kLastName,
     true,
     false},
    {"Salesforce", kApiMarks, kApiId, kEmail, kApiOut, kApiDeleted, kApiModified, kApiFirst, kApiLast, false, false},
    {"Salesforce report",
     kReportMarks,
     kReportId,
     kEmail,
     kReportOut,
     {},
     kReportModified,
     kFirstName,
     kLastName,
     false,
     true},
    {"HubSpot",
     kHubSpotMarks,
     kHubSpotId,
     kEmail,
     kHubSpotOut,
     {},
     kHubSpotModified,
     kFirstName,
     kLastName,
     false,
     false},
    {"common names",
     kCommonMarks,
     kCommonId,
     kCommonEmail,
     kCommonOut,
     {},
     kCommonModified,
     kCommonFirst,
     kCommonLast,
     false,
     false},
}};

}  // namespace

std::span<const KnownExport> known_exports() { return kKnown; }

}  // namespace crmsync::connectors::csv
