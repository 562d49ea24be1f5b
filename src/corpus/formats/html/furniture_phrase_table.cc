// A table and nothing else: what all languages share, and the Germanic ones.
#include "corpus/formats/html/furniture_phrase.h"

namespace cria::corpus {
namespace {

using Use = FurniturePhrase;

// A phrase counts on every page: many sites mix two languages. What is common in running text, or
// heads parts of manuals ("Search", "Tags"), stands only under kLine or kLast. "0" is any number.
// clang-format off
constexpr FurniturePhrases kTable[] = {
    // Heads and labels of all languages.
    {Use::kHead, R"(more on|more from|more in|most read|most viewed|most popular|most recent|
latest from|latest in|popular in|read more about|stories from|what others are reading|also in|
other stories|trending in|mehr von|mehr aus|mehr zu|alles zu|weitere meldungen|weitere artikel|
neues aus|aktuelles aus|plus d'articles|plus de|les plus|à lire sur|más de|más en|lo más|
últimas noticias|las más|altri articoli|altre notizie|ultime notizie|ultime da|mais de|mais em|
mais lidas|últimas notícias|meer van|meer over|meest gelezen|laatste nieuws|więcej o|więcej z|
najnowsze|najczęściej|ещё о|еще о|другие новости|последние новости|самые|новости|інші новини|
останні новини|още от|последни новини|најновије вести|най-|další z|další články|nejčtenější|mere om|
mere fra|flere|seneste|najnovije|najčitanije|više iz|več o|več iz|najbolj|további|legfrissebb|
legolvasottabb|mai multe|cele mai|ultimele|mer om|mer från|fler|senaste|més de|més sobre|les més|
últimes)"},
    {Use::kLabel, R"(read|watch|listen|see|video|videos|photo|photos|image|images|picture|pictures|
credit|credits|related|photo credit|also|explained|opinion|gallery|must watch|must read|don't miss|
tags|tag|topics|keywords|filed under|category|categories|share|follow|subscribe|click here|
source code|via|courtesy|featured image|header image|cover photo|main photo|image via|photo via|
lesen|sehen|foto|fotos|bild|bilder|bildquelle|bildnachweis|titelbild|beitragsbild|quelle|quellen|
symbolbild|fotocredit|stichwörter|themen|schlagwörter|crédit|crédits|crédit photo|crédits photo|
illustration|lire|voir|mots-clés|mira|lee|vea|vídeo|imagen|fuente|crédito|créditos|etiquetas|temas|
leggi|guarda|immagine|fonte|fonte foto|leia|veja|imagem|reprodução|assuntos|lees|kijk|beeld|bron|
czytaj|zobacz|fot|zdjęcie|zdjęcia|źródło|tagi|wideo|film|читайте|смотрите|фото|источник|видео|теги|
метки|иллюстрация|дивіться|джерело|відео|снимка|източник|виж|извор|фотографија|čtěte|zdroj|štítky|
læs|se|kilde|kilder|billede|pročitaj|pročitajte|izvor|fotografija|preberi|vir|avtor fotografije|
olvasd|forrás|kép|fotó|videó|címkék|citește|citeşte|vezi|sursa|sursă|sursa foto|läs|källa|llegeix|
font|imatge)"},
    // English.
    {Use::kSection, R"(most read business stories|related posts|related articles|related stories|
related news|related content|related coverage|related reading|related topics|related items|
you may also like|you might also like|you may like|you might like|you might enjoy|
you may also enjoy|you'll also like|you may also be interested in|you might also be interested in|
you may be interested in|recommended for you|recommended reading|recommended articles|
recommended stories|recommended posts|more stories|more news|more like this|more stories like this|
more from this author|more by this author|other posts|other articles|read next|what to read next|
don't miss|in case you missed it|similar posts|similar articles|similar stories|from around the web|
around the web|promoted stories|promoted content|sponsored content|sponsored stories|
related products|similar products|recently viewed products|customers also bought|people also ask|
post navigation|article navigation|about the author|about author|author bio|share this post|
share this article|share this page|share this story|share this entry|share with friends|
spread the word|follow us|follow us on|stay connected|stay in touch|connect with us|
subscribe to our newsletter|sign up for our newsletter|join our newsletter|newsletter signup|
newsletter sign up|subscribe by email|subscribe via email|join our mailing list|get the latest news|
editor's picks|editors' picks|most read stories|trending now|trending stories|popular stories|
part of complete coverage on|top news|featured stories|other stories)"},
    {Use::kComments, R"(leave a reply|leave a comment|leave your comment|leave a response|
post a comment|post a reply|add a comment|add comment|add your comment|add new comment|
write a comment|submit a comment|join the conversation|join the discussion|0 comments|0 comment|
0 responses|0 response|0 replies|no comments|no comments yet|comments are closed|view comments|
show comments|reader comments|reader interactions|cancel reply|leave a reply cancel reply|
leave a comment cancel reply)"},
    {Use::kLast, R"(related|related links|recommended|trending|sponsored|latest news|latest posts|
latest articles|latest stories|recent posts|recent articles|recent news|recent comments|
popular posts|popular articles|most popular|most read|most viewed|top stories|comments|responses|
what do you think|tags|categories|archives|blogroll|newsletter|subscribe|share|quick links|
useful links|contact us|sitemap|site map|pingbacks|trackbacks)"},
    {Use::kLine, R"(this thread is archived|about community|archived|image 0 of 0|photo 0 of 0|
slide 0 of 0|page 0 of 0|0 of 0|picture 0 of 0|download|undo|show less|embed|
copied to your clipboard|the url has been copied to your clipboard|
no live streaming currently available|0 shares|0 share|0 likes|0 like|0 views|see more from|
email alerts|get email alerts|sign up now|join now|read the rest|tap to expand|advertise with us|
view comments 0|view this post on instagram|a post shared by|share|share on|tweet|pin it|email this|
print|print this|print this page|print page|print article|reply|log in|login|sign in|sign up|
register|read more|read the full article|read full article|read full story|learn more|more info|
view more|show more|load more|see more|more details|continue reading|keep reading|click to enlarge|
click here|top|back to top|scroll to top|go to top|return to top|skip to content|
skip to main content|skip navigation|menu|main menu|search|home|close|caption|next|previous|
next page|previous page|next post|previous post|next article|previous article|older posts|
newer posts|advertisement|advertisements|advert|ad|sponsored|loading|please wait|like this|
like loading|see also|also read|read also|also see|more on this|more on this story|
more on this topic|related|related video|related to this story|watch now|watch the video|see tweets|
see album|view gallery|open gallery|all posts|view all|view all posts|view profile|see all|
download pdf|pdf version|printer friendly|printer friendly version|copy link|link copied|
report this ad|report an error|edit this page|permalink|comments off|bookmark|subscribe now|donate|
donate now|story continues below|story continues below advertisement|article continues below|
article continues below advertisement|continue reading below|
this article has been adapted from its original source|no results found|add to cart|add to basket|
buy now|out of stock|add to wishlist|share via|scroll to continue|tap to unmute|your name|
your email|your message|email address|select language|contents hide|toggle navigation|select page|
go back|rate this|toggle caption|hide caption|transcript|level 0|0 more replies|0 more reply|
deleted|comment deleted by user|uk news in pictures)"},
    {Use::kStart, R"(continue watching|the content you see here|press j to jump|
looks like you're using|found the internet|about connatix|new comments cannot be posted|
subscribe now to|follow us|join 0 other|join 0 subscribers|enter your e mail|get notified|
never miss|stay tuned for|stay updated with|for the latest stories|for the latest news|
for more stories|for more news|for more statistics|to receive news|to receive our|see also our|
thanks for reading|thank you for reading|check out our|visit our|like our|loading seems to be|
the post appeared first|this post may contain|this post contains|this article contains affiliate|
as an amazon associate|disclosure this post|advertiser disclosure|image by|picture by|share this|
share on facebook|share on twitter|click to share|follow me on|like us on|find us on|
connect with us|posted in|posted under|filed under|tagged with|tagged in|tagged as|tagged 0|tagged|
posted by|posted on|tags|published by|published in category|categorized in|categories|filed in|
this entry was posted|this post was posted in|this entry was tagged|read also|also read|read more|
read next|see also|more on this|related article|related story|related post|related articles|
related stories|related posts|must read|continue reading|image copyright|image caption|image credit|
image source|photo credit|photo courtesy|picture credit|copyright 0|copyright ©|© copyright|© 0|©|
powered by|proudly powered by|designed by|theme by|site by|website by|this site built by|
site built by|website built by|web design by|next post|previous post|next article|previous article|
subscribe to|sign up for|register to|log in to|login to|sign in to|you must be logged in|
please log in|please login|click here to|click here for|tap here|view all posts by|view all posts|
more posts by|more articles by|more stories by|skip to|download the app|get the app|print this|
email this|last updated|last modified|page last updated|this page was last|reading time|
estimated reading time|you are here|page views|0 comments|0 views|0 shares|0 likes|0 min read|
0 minute read|0 minutes read|0 responses to|0 thoughts on|one thought on|be the first to|
advertisement|sponsored by|listen to this article|have a tip|got a tip|email us|stay up to date|
get the latest|like what you see|like what you read|if you enjoyed this|if you liked this|
did you enjoy this|did you like this|was this article|was this page|was this helpful|rate this|
please share|please rate|buy me a coffee|become a patron|enter your email|what's your reaction|
thanks twitter will use this|share this information)"},
    {Use::kInside, R"(your browser needs javascript|your browser does not support|
your browser doesn't support|your browser is out of date|upgrade your browser|update your browser|
an outdated browser|iban|for ios and android|from the app store|on google play|from google play|
the google play store|let us know in the comments|let me know in the comments|
tell us in the comments|on our twitter|on our facebook|to our twitter or facebook|
this site is not responsible|all rights reserved|your email address will not be published|
required fields are marked|we use cookies|this site uses cookies|this website uses cookies|
our site uses cookies|our website uses cookies|by continuing to use this site|
by continuing to use our|by continuing to browse|to our use of cookies|accept all cookies|
sign up for our|signing up for our|sign up to our|subscribe to our|subscribe to the newsletter|
subscribe to my|subscribe to this blog|join our mailing list|join our newsletter|
our free newsletter|our weekly newsletter|our daily newsletter|our newsletter|
straight to your inbox|delivered to your inbox|you can unsubscribe|follow us on|follow him on|
follow her on|follow me on|like us on facebook|share this article|share this post|share this story|
share this page|leave a comment|leave your comments|leave a reply|comment below|comments below|
be the first to comment|you must be logged in|log in to post|log in to comment|login to comment|
sign in to comment|notify me of|save my name email|this site uses akismet|protected by recaptcha|
please enable javascript|enable javascript in your|javascript is disabled|powered by wordpress|
powered by blogger|may contain affiliate links|contains affiliate links|affiliate commission|
may earn a commission|this material may not be published|without the express permission|
without written permission|submit your letter|have a news tip|click here to subscribe|
click here to sign|support our journalism|already a subscriber|subscribe to continue|
create a free account|log in or register|login or register|bookmark the permalink|
both comments and pings|this article was originally published|this story was originally published|
this story originally appeared|this post originally appeared|this article originally appeared|
this article first appeared|views expressed in this|consider making a donation|
please consider donating|make a donation to|your donation|you can support|with your help|
best viewed with|best viewed in|subscribe to read|subscribe for full access|subscribers only|
subscription required|to read the full|read the original article|get unlimited access|
unlimited digital access|opinions expressed in this|not responsible for the content|
our privacy policy|our cookie policy|our terms of use|our terms of service|
you agree to the use of cookies|you consent to the use of cookies|sound off in the comments|
to continue reading this|unsubscribe at any time|in your inbox|sound off below|
your feedback is important|tell us what you think|this article appears in the|
a version of this article appears|on twitter to keep up|on twitter for the latest)"},
    {Use::kInside, R"(reply to this comment|enter your email below and we|sign in or create an account|
create an account or sign in to continue|already have an account sign in|
we want to hear what you think about this article|
this post contains references to products|we recommend the best products through|
to view the full story, please subscribe|first-time subscribers also receive|
wir respektieren deine privatsphäre|add the ingredients to your basket|
dürfen wir sie in ihrem browser|bitte teilen sie uns ihre erfahrungen|
die inhalte dieser website sind unter|this content is reserved for subscribers|contributed to this report|
like this story? share it|issues for £0.0. click here|delivered through your letterbox every month|
atenção: comentários com textos|create an account or sign in to continue|
register / sign in to unlock more articles|you can save this article by registering|
strictly necessary cookies|we store cookies on your browser|opt-out of the sale of your personal|
manage consent preferences|follow newsbeat on instagram|we're temporarily moderating all comments|
we are temporarily moderating all comments|get in touch with our news team|do you have a story to tell|
did you make this recipe|prevent your screen from going dark|i earn from qualifying purchases|
tu suscripción se está usando en otro dispositivo|quieres añadir otro usuario a tu suscripción|
si continúas leyendo en este dispositivo|quién está usando tu cuenta|
unabhängiger journalismus braucht deine unterstützung|wie hat ihnen dieser artikel gefallen|
durchschnittliche bewertung|teilen und weiterempfehlen|mit meiner anmeldung zum newsletter|
newsletter stimme ich der werbevereinbarung zu|das ist die europäische perspektive bei)"},
    {Use::kStart, R"(weitere infos unter|weitere informationen unter|weitere informationen hierzu|
video verfügbar bis|dieser beitrag stammt aus ausgabe|aktualisiert am 0|entdecke weitere)"},
    {Use::kLine, R"(entdecken sie jetzt|was sind cookies|after newsletter promotion|player wird geladen|placeholder image|
placeholder image 0|cook mode|save this recipe|saved|print recipe|pin recipe|rate recipe|rate this recipe|
jump to recipe|jump to video|print|screen on|keep screen awake|solidarität jetzt|weitere videos|flecha|
externer inhalt nicht verfügbar|always active|leave a rating|save recipe|share recipe|recipe saved|
us customary metric|us customary|prevent screen lock|hauptinhalt|article content|advertisement 0)"},
    {Use::kSection, R"(more recipes you'll love|more recipes you may love|more recipes you might like|
you might also love|more recipes like this|other recipes you may like|did you make this|
did you make this recipe|more great wired stories|die besten deals des tages)"},
    // German.
    {Use::kSection, R"(ähnliche beiträge|ähnliche artikel|ähnliche themen|ähnliche produkte|
verwandte beiträge|verwandte artikel|verwandte themen|weitere artikel|weitere beiträge|
weitere meldungen|weitere nachrichten|weitere themen|mehr zum thema|mehr zu diesem thema|
mehr themen|mehr artikel|mehr von uns|das könnte dich auch interessieren|
das könnte sie auch interessieren|das könnte ihnen auch gefallen|das könnte dir auch gefallen|
auch interessant|das interessiert andere leser|lesen sie auch|lesen sie mehr zum thema|lies auch|
schon gelesen|lust auf mehr|empfehlungen der redaktion|empfehlungen aus der redaktion|
empfehlungen für sie|empfohlene artikel|empfohlener redaktioneller inhalt|aus dem ressort|
zum weiterlesen|beitrags navigation|beitragsnavigation|artikel navigation|über den autor|
über die autorin|über den verfasser|zum autor|zur autorin|beitrag teilen|artikel teilen|
diesen artikel teilen|diesen beitrag teilen|seite teilen|teilen mit|teile das mit|
teilen sie diesen artikel|folgen sie uns|folge uns|folgt uns|newsletter abonnieren|
newsletter anmeldung|unser newsletter|meistgelesen|meistgelesene artikel|die meistgelesenen artikel|
am häufigsten gelesen|aktuelle stellenangebote|kunden kauften auch|nicht verpassen|dazu passend|
passend zum thema|gefällt mir)"},
    {Use::kComments, R"(schreibe einen kommentar|schreib einen kommentar|
schreiben sie einen kommentar|kommentar schreiben|kommentar verfassen|kommentar hinterlassen|
hinterlasse einen kommentar|hinterlassen sie einen kommentar|hinterlasse eine antwort|
kommentar abgeben|einen kommentar schreiben|ihr kommentar|dein kommentar|deine meinung|0 kommentare|
0 kommentar|kommentare 0|keine kommentare|noch keine kommentare|eine antwort|0 antworten|
antwort hinterlassen|antworten abbrechen|schreibe einen kommentar antworten abbrechen|
leserkommentare|diskutieren sie mit|jetzt kommentieren|das könnte ihr kommentar sein)"},
    {Use::kLast, R"(kommentare|kommentar|kategorien|schlagwörter|schlagworte|archiv|archive|themen|
neueste beiträge|neueste kommentare|letzte beiträge|letzte kommentare|aktuelle beiträge|
aktuelle nachrichten|aktuelles|beliebte beiträge|beliebt|kontakt|impressum|datenschutz|anzeige|
anzeigen|weitere informationen|teilen|empfehlungen|partner|unsere partner|weiterführende links)"},
    {Use::kLine, R"(bild 0 von 0|foto 0 von 0|seite 0 von 0|0 von 0|fotostrecke mit 0 bildern|
fotostrecke|mehr laden|mehr bilder|alle bilder anzeigen|klicken sie weiter|
diese artikel könnten euch auch interessieren|weiteres zum thema|
sieh dir diesen beitrag auf instagram an|ein beitrag geteilt von|teilen|drucken|druckversion|
seite drucken|artikel drucken|artikel versenden|weiterlesen|weiter lesen|mehr lesen|mehr erfahren|
mehr dazu|mehr infos|mehr informationen|mehr anzeigen|alle anzeigen|weniger anzeigen|alle artikel|
anzeige|werbung|advertorial|anmelden|einloggen|registrieren|abmelden|antworten|nach oben|
zum seitenanfang|zum inhalt|zum inhalt springen|zur navigation|suche|suchen|suche nach|menü|
startseite|schließen|zurück|vor|weiter|nächste seite|vorherige seite|nächster beitrag|
vorheriger beitrag|nächster artikel|vorheriger artikel|ältere beiträge|neuere beiträge|merken|
speichern|bildquelle|bild vergrößern|link kopieren|jetzt abonnieren|jetzt anmelden|jetzt kaufen|
in den warenkorb|gefällt mir lade|gefällt mir wird geladen|liken lade|lesen sie auch|lesen sie hier|
lesen sie mehr|lesen sie dazu auch|auch interessant|mehr zum thema|siehe auch|zurück zur übersicht|
zur übersicht|zur startseite|rezept drucken|quellen ausblenden|pressekontakt|artikel kommentieren|
lädt|e-mail adresse|deine nachricht|ihre nachricht|vollbild|externer inhalt|bewertung abgeben|
alles auswählen|beitrag per e-mail versenden|abbrechen versenden|
der beitrag wurde erfolgreich versandt|per e-mail versenden|e-mail-adresse des empfängers|
zum vergrößern bitte anklicken)"},
    {Use::kStart, R"(blog per e mail folgen|schließe dich 0|gib deine e mail|geben sie ihre e mail|
an e mail adresse senden|beitrag nicht abgeschickt|spenden könnt ihr|spendenkonto|
alle informationen zum newsletter|bitte laden sie sich|weitere beiträge aus|entdecke weitere|
entdecken sie weitere|dieser beitrag enthält werbung|werbung dieser beitrag|
dieser artikel enthält affiliate|dieser beitrag enthält affiliate|be sociable share|lesen sie auch|
lesen sie hier|lesen sie mehr|lesen sie dazu|lies auch|lesetipp|mehr zum thema|siehe auch|
weiterlesen|folgen sie uns|folge uns|folgt uns|liken sie uns|besuchen sie uns auf|schlagwörter|
schlagworte|kategorien|veröffentlicht in|veröffentlicht am|veröffentlicht von|veröffentlicht unter|
abgelegt unter|geschrieben von|verschlagwortet mit|getaggt mit|erstellt am|zuletzt aktualisiert|
zuletzt geändert|letzte aktualisierung|letzte änderung|aktualisiert am|lesezeit|lesedauer|
bildquelle|bildnachweis|bildrechte|bild ©|foto ©|fotos ©|alle rechte vorbehalten|nächster beitrag|
vorheriger beitrag|nächster artikel|vorheriger artikel|zurück zur|zum newsletter|newsletter|
jetzt newsletter|hier geht es zum newsletter|hier klicken|melden sie sich|melde dich|
sie müssen angemeldet|du musst angemeldet|sie müssen eingeloggt|bitte registrieren sie sich|
bitte melden sie sich|0 kommentare zu|0 gedanken zu|0 antworten auf|ein kommentar zu|
noch keine bewertungen|beitrag teilen|artikel teilen|möchten sie den artikel|war der artikel|
war dieser artikel|hat ihnen der artikel|hat dir der artikel|gefällt dir|gefällt ihnen|
unterstütze unser|unterstützen sie uns|dieser artikel erschien|anzeige|aufrufe 0|
sie befinden sich hier|sie sind hier|du bist hier|rezept drucken|dieses skript als pdf|
benachrichtige mich|informiere mich über neue)"},
    {Use::kInside, R"(von der vorlesefunktion profitieren|dieses thema im programm|
weiterlesen mit|jetzt weiterlesen mit|ihr browser unterstützt|ihr browser ist veraltet|
aktualisieren sie ihren browser|über jede spende|mit eurer spende|mit ihrer spende|
beitrag enthält werbung|affiliate links|alle rechte vorbehalten|diese website verwendet cookies|
diese webseite verwendet cookies|diese seite verwendet cookies|diese website benutzt cookies|
diese seite nutzt cookies|wir verwenden cookies|wir nutzen cookies|
wir respektieren deine privatsphäre|wir respektieren ihre privatsphäre|
e-mail adresse wird nicht veröffentlicht|erforderliche felder sind|pflichtfelder sind|
newsletter abonnieren|unseren newsletter|unserem newsletter|abonnieren sie unseren|
abonniere unseren|kostenlosen newsletter|folgen sie uns auf|folge uns auf|folgt uns auf|
liken sie uns|teilen sie diesen|hinterlasse einen kommentar|hinterlasst einen kommentar|
schreibt es uns in die kommentare|um einen kommentar|um kommentare zu schreiben|
kommentieren zu können|du kommentierst mit|klicke ein icon um dich einzuloggen|
meinen namen meine e-mail adresse|benachrichtigung bei weiteren kommentaren|
aktivieren sie javascript|javascript aktivieren|javascript ist deaktiviert|angemeldet sein um|
provisions links|wir eine provision|alle angaben ohne gewähr|für die inhalte externer|
für den inhalt verantwortlich|unterstütze unser magazin|mit einer spende|jetzt weiterlesen|
digital abo|probeabo|bereits abonnent|um den artikel weiterzulesen|exklusiv für abonnenten|
bleiben sie auf dem laufenden|unserer datenschutzerklärung|melden sie sich für unseren|
melde dich für unseren|zum newsletter anmelden|für den newsletter|in deinen posteingang|
in ihr postfach|folgen sie uns|folge uns|akzeptieren sie die verwendung von cookies|
stimmen sie der verwendung von cookies|verraten sie gerne in den kommentaren|
verratet es uns in den kommentaren|schreib es in die kommentare|erzählt es uns in den kommentaren|
ein fehler ist aufgetreten bitte)"},
    // Dutch.
    {Use::kSection, R"(gerelateerde artikelen|gerelateerde berichten|gerelateerd nieuws|
gerelateerde producten|lees ook|lees meer|lees verder|bekijk ook|zie ook|meer nieuws|meer artikelen|
meer over dit onderwerp|ook interessant|misschien vind je dit ook leuk|
dit vind je misschien ook leuk|dit vind je misschien ook interessant|aanbevolen|aanbevolen voor jou|
aanbevolen artikelen|meest gelezen|meest bekeken|berichtnavigatie|bericht navigatie|over de auteur|
deel dit|deel dit artikel|deel dit bericht|deel deze pagina|delen op|volg ons|volg ons op|
schrijf je in voor onze nieuwsbrief|meld je aan voor onze nieuwsbrief|
meld je aan voor de nieuwsbrief|nieuwsbrief ontvangen|andere artikelen|mis niets)"},
    {Use::kComments, R"(geef een reactie|laat een reactie achter|laat een bericht achter|
plaats een reactie|reageer|reageer op dit artikel|schrijf een reactie|een reactie plaatsen|
0 reacties|0 reactie|reacties 0|geen reacties|reactie annuleren|geef een reactie reactie annuleren|
uw reactie|jouw reactie)"},
    {Use::kLast, R"(reacties|categorieën|archief|archieven|labels|recente berichten|
recente reacties|laatste nieuws|laatste berichten|gerelateerd|delen|nieuwsbrief|links|onderwerpen|
populair)"},
    {Use::kLine, R"(foto 0 van 0|0 van 0|pagina 0 van 0|dit bericht op instagram bekijken|delen|
deel|printen|afdrukken|lees meer|lees verder|meer lezen|meer informatie|meer info|meer weten|
toon meer|bekijk alle|bekijk meer|laad meer|advertentie|inloggen|aanmelden|registreren|beantwoorden|
reageren|naar boven|terug naar boven|ga naar de inhoud|spring naar inhoud|naar de inhoud|zoeken|
zoek|sluiten|volgende|vorige|volgende pagina|vorige pagina|volgend bericht|vorig bericht|
volgend artikel|vorig artikel|terug|laden|vind ik leuk|vind ik leuk laden|lees ook|zie ook|
bekijk ook|in winkelwagen|je naam|uw naam|je e-mail|abonneren)"},
    {Use::kStart, R"(lees ook|lees meer|lees verder|lees hier|zie ook|bekijk ook|geplaatst in|
geplaatst op|geplaatst door|gepubliceerd op|gepubliceerd door|gepubliceerd in|geschreven door|
laatst bijgewerkt|laatste update|bijgewerkt op|categorieën|getagd|leestijd|beeld ©|volgend bericht|
vorig bericht|volg ons|abonneer|schrijf je in|klik hier|terug naar|alle rechten voorbehouden|
u bevindt zich hier|je bent hier|u bent hier|deel dit|deel op|0 reacties|een reactie op|log in om|
je moet ingelogd|meld je aan|meld u aan|ondersteund door|mogelijk gemaakt door)"},
    {Use::kInside, R"(uw browser ondersteunt|je browser ondersteunt|alle rechten voorbehouden|
deze website maakt gebruik van cookies|deze website gebruikt cookies|deze site gebruikt cookies|
wij gebruiken cookies|we gebruiken cookies|maken gebruik van cookies|
e-mailadres wordt niet gepubliceerd|e-mailadres zal niet|vereiste velden zijn|onze nieuwsbrief|
voor de nieuwsbrief|volg ons op|deel dit artikel|laat een reactie achter|ingelogd om een reactie|
ingelogd zijn om|javascript in te schakelen|mijn naam e-mail en|niets uit deze uitgave|al abonnee|
alleen voor abonnees|om verder te lezen|steun ons|ons privacybeleid|onze privacyverklaring|
aanmelden voor de nieuwsbrief|akkoord met het gebruik van cookies|laat het ons weten in de reacties|
laat het weten in de reacties)"},
    // Danish.
    {Use::kSection, R"(relaterede artikler|relaterede indlæg|relaterede nyheder|relaterede emner|
relaterede produkter|lignende artikler|lignende indlæg|læs også|læs mere|se også|læs videre|
mere om emnet|mere om|flere artikler|flere nyheder|andre artikler|måske vil du også kunne lide|
du vil måske også kunne lide|måske er du også interesseret i|anbefalet til dig|anbefalede artikler|
vi anbefaler|mest læste|mest læst|mest populære|gå ikke glip af|indlægsnavigation|indlæg navigation|
navigation til indlæg|om forfatteren|del denne artikel|del artiklen|del artikel|del dette|del på|
følg os|følg os på|tilmeld dig vores nyhedsbrev|tilmeld nyhedsbrev|få vores nyhedsbrev)"},
    {Use::kComments, R"(skriv en kommentar|skriv et svar|efterlad en kommentar|efterlad et svar|
tilføj kommentar|tilføj en kommentar|kommenter|0 kommentarer|kommentarer 0|ingen kommentarer|
annuller svar|skriv et svar annuller svar|din kommentar|deltag i debatten)"},
    {Use::kLast, R"(kommentarer|kategorier|arkiv|arkiver|seneste indlæg|seneste kommentarer|
seneste nyheder|seneste artikler|nyheder|nyttige links|emner|nyhedsbrev|del|relateret|relaterede)"},
    {Use::kLine, R"(del|udskriv|læs mere|læs videre|læs hele artiklen|mere information|vis mere|
vis flere|vis alle|se mere|se alle|hent flere|annonce|reklame|log ind|log på|tilmeld|opret bruger|
svar|til toppen|tilbage til toppen|gå til indhold|spring til indhold|videre til indhold|søg|
søg efter|forside|luk|næste|forrige|næste side|forrige side|næste indlæg|forrige indlæg|
næste artikel|forrige artikel|tilbage|indlæser|læs også|se også|artiklen fortsætter efter annoncen|
artiklen fortsætter under annoncen|læg i kurv|tilføj til kurv|køb nu|dit navn|din email|abonner)"},
    {Use::kStart, R"(læs også|læs mere|læs videre|se også|udgivet i|udgivet den|udgivet af|
offentliggjort|skrevet af|postet i|sidst opdateret|opdateret|kategorier|kategori|tagget|læsetid|
næste indlæg|forrige indlæg|følg os|tilmeld dig|klik her|tilbage til|alle rettigheder forbeholdes|
du er her|del på|del denne|0 kommentarer|log ind for|du skal være logget ind|artiklen fortsætter|
drives af|få nyheder|støt os)"},
    {Use::kInside, R"(din browser understøtter ikke|opdater din browser|
alle rettigheder forbeholdes|ophavsretligt beskyttet|dette website bruger cookies|
denne hjemmeside bruger cookies|dette site bruger cookies|hjemmesiden bruger cookies|
vi bruger cookies|vi anvender cookies|e-mailadresse vil ikke blive publiceret|
e-mailadresse vil ikke blive|krævede felter er|vores nyhedsbrev|tilmeld dig nyhedsbrevet|følg os på|
følg med på|del denne artikel|skriv en kommentar|logget ind for at|læs resten af artiklen|
digitalt abonnement|er du abonnent|bliv abonnent|kun for abonnenter|aktiver javascript|
slå javascript til|gem mit navn|annoncelinks|reklamelinks|vores privatlivspolitik|
accepterer du brugen af cookies|accepterer du brug af cookies)"},
    // Swedish.
    {Use::kSection, R"(relaterade artiklar|relaterade inlägg|relaterade nyheter|relaterade ämnen|
relaterade produkter|liknande artiklar|liknande inlägg|läs också|läs även|läs mer|läs vidare|
se även|se också|mer om ämnet|mer om detta|fler artiklar|fler nyheter|andra artiklar|
du kanske också gillar|du kanske gillar|du kanske också är intresserad av|rekommenderat för dig|
rekommenderade artiklar|rekommenderad läsning|vi rekommenderar|mest lästa|mest läst|mest populära|
missa inte|inläggsnavigering|om författaren|om skribenten|dela artikeln|dela den här artikeln|
dela detta|dela inlägget|dela på|dela sidan|följ oss|följ oss på|prenumerera på vårt nyhetsbrev|
anmäl dig till vårt nyhetsbrev|få vårt nyhetsbrev|senaste nytt)"},
    {Use::kComments, R"(lämna en kommentar|lämna ett svar|lägg till kommentar|kommentera|
kommentera artikeln|inga kommentarer|avbryt svar|lämna ett svar avbryt svar|0 svar)"},
    {Use::kLast, R"(etiketter|taggar|senaste inläggen|senaste inlägg|senaste kommentarer|
senaste nyheterna|nyheter|kontakta oss|länkar|webbkarta|ämnen|nyhetsbrev|dela|relaterat)"},
    {Use::kLine, R"(dela|skriv ut|läs mer|läs vidare|läs hela artikeln|mer information|visa mer|
visa fler|visa alla|se mer|se alla|ladda fler|annons|reklam|logga in|registrera|registrera dig|
bli medlem|svara|till toppen|tillbaka till toppen|upp|hoppa till innehåll|gå till innehåll|
till innehållet|sök|sök efter|meny|hem|startsida|stäng|nästa|föregående|nästa sida|föregående sida|
nästa inlägg|föregående inlägg|nästa artikel|föregående artikel|tillbaka|laddar|gilla|gilla laddar|
läs också|läs även|se även|artikeln fortsätter efter annonsen|lägg i varukorg|lägg i kundvagn|
köp nu|ditt namn|din e-post|prenumerera)"},
    {Use::kStart, R"(läs också|läs även|läs mer|läs vidare|se även|se också|publicerad i|
publicerad den|publicerat i|publicerat den|publicerad av|publicerad|postat i|postat av|skriven av|
senast uppdaterad|uppdaterad|taggar|etiketter|lästid|nästa inlägg|föregående inlägg|följ oss|
prenumerera|klicka här|tillbaka till|alla rättigheter förbehållna|med ensamrätt|du är här|dela på|
dela artikeln|en kommentar till|logga in för|du måste vara inloggad|anmäl dig|stöd oss|drivs med|
gilla oss)"},
    {Use::kInside, R"(din webbläsare stöder inte|din webbläsare stödjer inte|
uppdatera din webbläsare|alla rättigheter förbehållna|eftertryck förbjudes|
den här webbplatsen använder cookies|den här sidan använder cookies|webbplatsen använder cookies|
denna webbplats använder cookies|vi använder cookies|vi använder kakor|använder kakor|
e-postadress kommer inte publiceras|epostadress kommer inte att|obligatoriska fält är märkta|
vårt nyhetsbrev|följ oss på|dela den här|dela gärna|lämna en kommentar|lämna gärna en kommentar|
inloggad för att|bli prenumerant|är du prenumerant|läs hela artikeln|digital prenumeration|
aktivera javascript|slå på javascript|spara mitt namn|annonslänkar|vår integritetspolicy|
anmäl dig till nyhetsbrevet|godkänner du användningen av cookies|
godkänner du att vi använder cookies)"},
};
// clang-format on

}  // namespace

std::span<const FurniturePhrases> FurniturePhraseTable() { return kTable; }

}  // namespace cria::corpus
