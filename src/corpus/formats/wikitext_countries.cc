// Codes that two bodies give to two countries are left out.
#include "corpus/formats/wikitext_countries.h"

#include <algorithm>
#include <unordered_map>

namespace cria::corpus {
namespace {

constexpr std::string_view kCountries =
    "ABW ARU=Aruba|AFG=Afghanistan|AGO ANG=Angola|AIA=Anguilla|ALB=Albania|AND=Andorra|"
    "ARE UAE=United Arab Emirates|ARG=Argentina|ARM=Armenia|ASM ASA=American Samoa|"
    "ATG ANT=Antigua and Barbuda|AUS=Australia|AUT=Austria|AZE=Azerbaijan|BDI=Burundi|BEL=Belgium|"
    "BEN=Benin|BFA BUR=Burkina Faso|BGD BAN=Bangladesh|BGR BUL=Bulgaria|BHR BRN=Bahrain|"
    "BHS BAH=Bahamas|BIH=Bosnia and Herzegovina|BLR=Belarus|BLZ BIZ=Belize|BMU BER=Bermuda|"
    "BOL=Bolivia|BRA=Brazil|BRB BAR=Barbados|BRU=Brunei|BTN BHU=Bhutan|BVT=Bouvet Island|"
    "BWA BOT=Botswana|CAF CTA=Central African Republic|CAN=Canada|CHE SUI=Switzerland|"
    "CHL CHI=Chile|CHN PRC=China|CIV=Ivory Coast|CMR=Cameroon|"
    "COD=Democratic Republic of the Congo|COG CGO=Republic of the Congo|COK=Cook Islands|"
    "COL=Colombia|COM=Comoros|CPV=Cape Verde|CRI CRC=Costa Rica|CSK TCH=Czechoslovakia|CUB=Cuba|"
    "CUR CUW=Curaçao|CYM CAY=Cayman Islands|CYP=Cyprus|CZE=Czech Republic|DDR GDR=East Germany|"
    "DEU GER=Germany|DJI=Djibouti|DMA=Dominica|DNK DEN=Denmark|DOM=Dominican Republic|"
    "DZA ALG=Algeria|ECU=Ecuador|EGY=Egypt|ENG=England|ERI=Eritrea|ESH=Western Sahara|ESP=Spain|"
    "EST=Estonia|ETH=Ethiopia|EUR=Europe|FIN=Finland|FJI FIJ=Fiji|FLK=Falkland Islands|FRA=France|"
    "FRG=West Germany|FRO=Faroe Islands|FSM=Federated States of Micronesia|GAB=Gabon|"
    "GBR UK GB=United Kingdom|GEO=Georgia|GGY=Guernsey|GHA=Ghana|GIB=Gibraltar|GIN GUI=Guinea|"
    "GLP=Guadeloupe|GMB GAM=Gambia|GNB GBS=Guinea-Bissau|GNQ GEQ=Equatorial Guinea|"
    "GRC GRE=Greece|GRD GRN=Grenada|GRL=Greenland|GTM GUA=Guatemala|GUF=French Guiana|GUM=Guam|"
    "GUY=Guyana|HKG=Hong Kong|HND HON=Honduras|HRV CRO=Croatia|HTI HAI=Haiti|HUN=Hungary|"
    "IDN INA=Indonesia|IMN IOM=Isle of Man|IND=India|IRL IRE=Ireland|IRN IRI=Iran|IRQ=Iraq|"
    "ISL=Iceland|ISR=Israel|ITA=Italy|JAM=Jamaica|JEY=Jersey|JOR=Jordan|JPN=Japan|KAZ=Kazakhstan|"
    "KEN=Kenya|KGZ=Kyrgyzstan|KHM CAM=Cambodia|KIR=Kiribati|KNA SKN=Saint Kitts and Nevis|"
    "KOR=South Korea|KOS KVX=Kosovo|KWT KUW=Kuwait|LAO=Laos|LBN LIB=Lebanon|LBR=Liberia|"
    "LBY LBA=Libya|LCA=Saint Lucia|LIE=Liechtenstein|LKA SRI=Sri Lanka|LSO LES=Lesotho|"
    "LTU=Lithuania|LUX=Luxembourg|LVA LAT=Latvia|MAC=Macau|MAF=Saint Martin|MAR=Morocco|"
    "MCO MON=Monaco|MDA=Moldova|MDG MAD=Madagascar|MDV=Maldives|MEX=Mexico|MHL=Marshall Islands|"
    "MKD=North Macedonia|MLI=Mali|MLT=Malta|MMR MYA=Myanmar|MNE=Montenegro|MNG MGL=Mongolia|"
    "MNP=Northern Mariana Islands|MOZ=Mozambique|MRT MTN=Mauritania|MSR=Montserrat|"
    "MTQ=Martinique|MUS MRI=Mauritius|MWI MAW=Malawi|MYS MAS=Malaysia|MYT=Mayotte|NAM=Namibia|"
    "NCL=New Caledonia|NER NIG=Niger|NGA NGR=Nigeria|NIC NCA=Nicaragua|NIR=Northern Ireland|"
    "NIU=Niue|NLD NED=Netherlands|NOR=Norway|NPL NEP=Nepal|NRU=Nauru|NZL=New Zealand|"
    "OMN OMA=Oman|PAK=Pakistan|PAN=Panama|PCN=Pitcairn Islands|PER=Peru|PHL PHI=Philippines|"
    "PLW=Palau|PNG=Papua New Guinea|POL=Poland|PRI PUR=Puerto Rico|PRK=North Korea|"
    "PRT POR=Portugal|PRY PAR=Paraguay|PSE PLE=Palestine|PYF TAH=French Polynesia|QAT=Qatar|"
    "REU=Réunion|ROU ROM=Romania|RSA ZAF=South Africa|RUS=Russia|RWA=Rwanda|SAU KSA=Saudi Arabia|"
    "SCG=Serbia and Montenegro|SCO=Scotland|SDN SUD=Sudan|SEN=Senegal|SGP SIN=Singapore|"
    "SGS=South Georgia and the South Sandwich Islands|SHN=Saint Helena|SLB SOL=Solomon Islands|"
    "SLE=Sierra Leone|SLV ESA=El Salvador|SMR=San Marino|SOM=Somalia|SRB=Serbia|SSD=South Sudan|"
    "STP=São Tomé and Príncipe|SUN URS USSR=Soviet Union|SUR=Suriname|SVK=Slovakia|"
    "SVN SLO=Slovenia|SWE=Sweden|SWZ=Eswatini|SXM=Sint Maarten|SYC SEY=Seychelles|SYR=Syria|"
    "TCA=Turks and Caicos Islands|TCD CHA=Chad|TGO TOG=Togo|THA=Thailand|TJK=Tajikistan|"
    "TKM=Turkmenistan|TLS=East Timor|TON TGA=Tonga|TPE TWN=Taiwan|TTO TRI=Trinidad and Tobago|"
    "TUN=Tunisia|TUR=Turkey|TUV=Tuvalu|TZA TAN=Tanzania|UGA=Uganda|UKR=Ukraine|URY URU=Uruguay|"
    "USA=United States|UZB=Uzbekistan|VAT=Vatican City|VCT=Saint Vincent and the Grenadines|"
    "VEN=Venezuela|VGB IVB=British Virgin Islands|VIR ISV=United States Virgin Islands|"
    "VNM VIE=Vietnam|VUT VAN=Vanuatu|WAL=Wales|WLF=Wallis and Futuna|WSM SAM=Samoa|YEM=Yemen|"
    "YUG=Yugoslavia|ZMB ZAM=Zambia|ZWE ZIM=Zimbabwe";

using Index = std::unordered_map<std::string_view, std::string_view>;

const Index& All() {
  static const Index index = [] {
    Index all;
    for (std::string_view rest = kCountries; !rest.empty();) {
      const std::string_view entry = rest.substr(0, rest.find('|'));
      rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
      const size_t equals = entry.find('=');
      for (std::string_view codes = entry.substr(0, equals); !codes.empty();) {
        const std::string_view code = codes.substr(0, codes.find(' '));
        codes.remove_prefix(std::min(code.size() + 1, codes.size()));
        all.emplace(code, entry.substr(equals + 1));
      }
    }
    return all;
  }();
  return index;
}

}  // namespace

std::string_view WikitextCountryOf(std::string_view code) {
  const auto found = All().find(code);
  return found == All().end() ? std::string_view() : found->second;
}

}  // namespace cria::corpus
