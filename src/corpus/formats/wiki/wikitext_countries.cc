// Codes that two bodies give to two countries are left out.
#include "corpus/formats/wiki/wikitext_countries.h"

#include <algorithm>
#include <string>
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

constexpr std::string_view kItalian =
    "ABW ARU=Aruba|AFG=Afghanistan|AGO ANG=Angola|AIA=Anguilla|ALB=Albania|AND=Andorra|"
    "ARE UAE=Emirati Arabi Uniti|ARG=Argentina|ARM=Armenia|ASM ASA=Samoa Americane|"
    "ATG ANT=Antigua e Barbuda|AUS=Australia|AUT=Austria|AZE=Azerbaigian|BDI=Burundi|BEL=Belgio|"
    "BEN=Benin|BFA BUR=Burkina Faso|BGD BAN=Bangladesh|BGR BUL=Bulgaria|BHR BRN=Bahrein|"
    "BHS BAH=Bahamas|BIH=Bosnia ed Erzegovina|BLR=Bielorussia|BLZ BIZ=Belize|BMU BER=Bermuda|"
    "BOL=Bolivia|BRA=Brasile|BRB BAR=Barbados|BRU=Brunei|BTN BHU=Bhutan|BVT=Isola Bouvet|"
    "BWA BOT=Botswana|CAF CTA=Repubblica Centrafricana|CAN=Canada|CHE SUI=Svizzera|CHL CHI=Cile|"
    "CHN PRC=Cina|CIV=Costa d'Avorio|CMR=Camerun|COD=Repubblica Democratica del Congo|"
    "COG CGO=Repubblica del Congo|COK=Isole Cook|COL=Colombia|COM=Comore|CPV=Capo Verde|"
    "CRI CRC=Costa Rica|CSK TCH=Cecoslovacchia|CUB=Cuba|CUR CUW=Curaçao|CYM CAY=Isole Cayman|"
    "CYP=Cipro|CZE=Repubblica Ceca|DDR GDR=Germania Est|DEU GER=Germania|DJI=Gibuti|DMA=Dominica|"
    "DNK DEN=Danimarca|DOM=Repubblica Dominicana|DZA ALG=Algeria|ECU=Ecuador|EGY=Egitto|"
    "ENG=Inghilterra|ERI=Eritrea|ESH=Sahara Occidentale|ESP=Spagna|EST=Estonia|ETH=Etiopia|"
    "EUR=Europa|FIN=Finlandia|FJI FIJ=Figi|FLK=Isole Falkland|FRA=Francia|FRG=Germania Ovest|"
    "FRO=Fær Øer|FSM=Stati Federati di Micronesia|GAB=Gabon|GBR UK GB=Regno Unito|GEO=Georgia|"
    "GGY=Guernsey|GHA=Ghana|GIB=Gibilterra|GIN GUI=Guinea|GLP=Guadalupa|GMB GAM=Gambia|"
    "GNB GBS=Guinea-Bissau|GNQ GEQ=Guinea Equatoriale|GRC GRE=Grecia|GRD GRN=Grenada|"
    "GRL=Groenlandia|GTM GUA=Guatemala|GUF=Guyana francese|GUM=Guam|GUY=Guyana|HKG=Hong Kong|"
    "HND HON=Honduras|HRV CRO=Croazia|HTI HAI=Haiti|HUN=Ungheria|IDN INA=Indonesia|"
    "IMN IOM=Isola di Man|IND=India|IRL IRE=Irlanda|IRN IRI=Iran|IRQ=Iraq|ISL=Islanda|"
    "ISR=Israele|ITA=Italia|JAM=Giamaica|JEY=Jersey|JOR=Giordania|JPN=Giappone|KAZ=Kazakistan|"
    "KEN=Kenya|KGZ=Kirghizistan|KHM CAM=Cambogia|KIR=Kiribati|KNA SKN=Saint Kitts e Nevis|"
    "KOR=Corea del Sud|KOS KVX=Kosovo|KWT KUW=Kuwait|LAO=Laos|LBN LIB=Libano|LBR=Liberia|"
    "LBY LBA=Libia|LCA=Saint Lucia|LIE=Liechtenstein|LKA SRI=Sri Lanka|LSO LES=Lesotho|"
    "LTU=Lituania|LUX=Lussemburgo|LVA LAT=Lettonia|MAC=Macao|MAF=Saint-Martin|MAR=Marocco|"
    "MCO MON=Monaco|MDA MOL=Moldavia|MDG MAD=Madagascar|MDV=Maldive|MEX=Messico|"
    "MHL=Isole Marshall|MKD=Macedonia del Nord|MLI=Mali|MLT=Malta|MMR MYA=Birmania|"
    "MNE=Montenegro|MNG MGL=Mongolia|MNP=Isole Marianne Settentrionali|MOZ=Mozambico|"
    "MRT MTN=Mauritania|MSR=Montserrat|MTQ=Martinica|MUS MRI=Mauritius|MWI MAW=Malawi|"
    "MYS MAS=Malaysia|MYT=Mayotte|NAM=Namibia|NCL=Nuova Caledonia|NER NIG=Niger|NGA NGR=Nigeria|"
    "NIC NCA=Nicaragua|NIR=Irlanda del Nord|NIU=Niue|NLD NED=Paesi Bassi|NOR=Norvegia|"
    "NPL NEP=Nepal|NRU=Nauru|NZL=Nuova Zelanda|OMN OMA=Oman|PAK=Pakistan|PAN=Panama|"
    "PCN=Isole Pitcairn|PER=Perù|PHL PHI=Filippine|PLW=Palau|PNG=Papua Nuova Guinea|POL=Polonia|"
    "PRI PUR=Porto Rico|PRK=Corea del Nord|PRT POR=Portogallo|PRY PAR=Paraguay|PSE PLE=Palestina|"
    "PYF TAH=Polinesia francese|QAT=Qatar|REU=Riunione|ROU ROM=Romania|RSA ZAF=Sudafrica|"
    "RUS=Russia|RWA=Ruanda|SAU KSA=Arabia Saudita|SCG=Serbia e Montenegro|SCO=Scozia|"
    "SDN SUD=Sudan|SEN=Senegal|SGP SIN=Singapore|SGS=Georgia del Sud e Isole Sandwich Australi|"
    "SHN=Sant'Elena|SLB SOL=Isole Salomone|SLE=Sierra Leone|SLV ESA=El Salvador|SMR=San Marino|"
    "SOM=Somalia|SRB=Serbia|SSD=Sudan del Sud|STP=São Tomé e Príncipe|"
    "SUN URS USSR=Unione Sovietica|SUR=Suriname|SVK=Slovacchia|SVN SLO=Slovenia|SWE=Svezia|"
    "SWZ=eSwatini|SXM=Sint Maarten|SYC SEY=Seychelles|SYR=Siria|TCA=Turks e Caicos|TCD CHA=Ciad|"
    "TGO TOG=Togo|THA=Thailandia|TJK=Tagikistan|TKM=Turkmenistan|TLS=Timor Est|TON TGA=Tonga|"
    "TPE TWN=Taiwan|TTO TRI=Trinidad e Tobago|TUN=Tunisia|TUR=Turchia|TUV=Tuvalu|"
    "TZA TAN=Tanzania|UGA=Uganda|UKR=Ucraina|URY URU=Uruguay|USA=Stati Uniti d'America|"
    "UZB=Uzbekistan|VAT=Città del Vaticano|VCT=Saint Vincent e Grenadine|VEN=Venezuela|"
    "VGB IVB=Isole Vergini Britanniche|VIR ISV=Isole Vergini Americane|VNM VIE=Vietnam|"
    "VUT VAN=Vanuatu|WAL=Galles|WLF=Wallis e Futuna|WSM SAM=Samoa|YEM=Yemen|YUG=Jugoslavia|"
    "ZMB ZAM=Zambia|ZWE ZIM=Zimbabwe";

using Index = std::unordered_map<std::string_view, std::string_view>;

Index Read(std::string_view table) {
  Index all;
  for (std::string_view rest = table; !rest.empty();) {
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
}

const Index& English() {
  static const Index index = Read(kCountries);
  return index;
}

const Index& Italian() {
  static const Index index = Read(kItalian);
  return index;
}

bool IsCode(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::string_view WikitextCountryOf(std::string_view code, std::string_view language) {
  if (language != "en" && language != "it") return {};
  const Index& all = language == "en" ? English() : Italian();
  const auto found = all.find(code);
  return found == all.end() ? std::string_view() : found->second;
}

std::string WriteCountry(const WikitextTemplate& call, const WikitextContext& context) {
  const std::string_view which = call.At(call.name.starts_with("naz") ? 2 : 1);
  // {{Naz|CA|ITA 1861-1946}}: the flag of those years.
  const std::string_view code = which.substr(0, which.find(' '));
  const std::string_view name = WikitextCountryOf(code, context.language);
  if (!name.empty() || IsCode(code)) return std::string(name);
  return std::string(which);
}

std::string WriteTwinTown(const WikitextTemplate& call, const WikitextContext&) {
  std::string_view town = call.At(2);
  town = TrimWikitext(town.substr(0, town.find(" (")));
  if (town.empty()) return {};
  const std::string_view year = call.At(3);
  return std::string(town) + (year.empty() ? "" : ", dal ") + std::string(year);
}

}  // namespace cria::corpus
