// Templates whose text a pattern cannot say: measures, dates, fractions, formulas, foreign words.
#pragma once

#include <string>

#include "corpus/formats/wiki/wikitext_templates.h"

namespace cria::corpus {

using WikitextTemplateWriter = std::string(const WikitextTemplate&, const WikitextContext&);

WikitextTemplateWriter WriteCoordinates;  ///< a guess: {{coord|30|12|N|74|7|W}} -> "30°12′N 74°7′W"
WikitextTemplateWriter WriteNumber;     ///< {{nts|1234}} -> "1,234"
WikitextTemplateWriter WriteAge;        ///< {{age|1950|5|12|2001|3|1}} -> "50", with both dates
WikitextTemplateWriter WriteAsOf;       ///< {{as of|2012|5|lc=y}} -> "as of May 2012"
WikitextTemplateWriter WriteDate;       ///< {{birth date|1950|5|12|df=y}} -> "12 May 1950"
WikitextTemplateWriter WriteFraction;   ///< {{frac|5|1|2}} -> "5 1/2"
WikitextTemplateWriter WriteValue;      ///< {{val|5.2|0.1|u=km}} -> "5.2±0.1 km"
WikitextTemplateWriter WriteChemistry;  ///< {{chem|H|2|O}} -> "H₂O"
WikitextTemplateWriter WriteUnit;       ///< {{unité|892|km|2}} -> "892 km²"
WikitextTemplateWriter WriteForeign;    ///< {{lang-de|Wien}} -> "German: Wien" (in English)
WikitextTemplateWriter WriteNihongo;    ///< {{nihongo|a|b|c}} -> "a (b, c)"
WikitextTemplateWriter
    WriteChinese;  ///< {{zh|c=北京|p=Běijīng}} -> "Chinese: 北京; pinyin: Běijīng"
WikitextTemplateWriter WriteSpanishCentury;  ///< {{siglo|I|a}} -> "siglo I a. C."
WikitextTemplateWriter WriteQuote;           ///< a paragraph of its own, with its author
WikitextTemplateWriter WriteInterlanguage;   ///< {{ill|Name|de|..|lt=Text}} -> "Text"
WikitextTemplateWriter WriteShip;            ///< {{HMS|Beagle|1820}} -> "HMS Beagle"
WikitextTemplateWriter WriteLines;           ///< {{unbulleted list|a|b}} -> a list
WikitextTemplateWriter WriteAudio;         ///< {{audio|file|Text}} -> "Text", unless it is "listen"
WikitextTemplateWriter WriteDayMonthYear;  ///< {{date|1|3|2020}} -> "1er mars 2020" (in French)
WikitextTemplateWriter WriteFrenchCentury;  ///< {{s|XX}}, {{-s|IV|e}} -> "XXe siècle"

}  // namespace cria::corpus
