// A table and nothing else, longer than other files for that reason. Germanic, Romance languages.
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
    // French.
    {Use::kSection, R"(articles similaires|articles liés|articles connexes|articles associés|
autres articles|sur le même sujet|sur le même thème|dans la même rubrique|à lire aussi|
à lire également|lire aussi|lire également|à voir aussi|voir aussi|à découvrir|vous aimerez aussi|
vous aimerez peut-être aussi|vous pourriez aussi aimer|vous pourriez être intéressé par|
cela peut vous intéresser|ces articles peuvent vous intéresser|ça peut vous intéresser|
recommandé pour vous|nos recommandations|les plus lus|les articles les plus lus|
articles les plus lus|les plus populaires|ne manquez pas|navigation de l'article|
navigation des articles|à propos de l'auteur|l'auteur|partager cet article|partagez cet article|
partager l'article|partager sur|partager cette page|partager :|suivez-nous|suivez-nous sur|
restez connecté|inscrivez-vous à notre newsletter|inscrivez-vous à la newsletter|
abonnez-vous à notre newsletter|recevez notre newsletter|inscription à la newsletter|
produits similaires|produits apparentés|dans la même catégorie|l'actualité en continu|
les dernières actualités)"},
    {Use::kComments, R"(laisser un commentaire|laissez un commentaire|laisser une réponse|
laissez une réponse|ajouter un commentaire|poster un commentaire|écrire un commentaire|
publier un commentaire|déposer un commentaire|réagir à cet article|votre commentaire|0 commentaires|
0 commentaire|commentaires 0|aucun commentaire|pas de commentaire|0 réponses|0 réactions|
annuler la réponse|laisser un commentaire annuler la réponse|les commentaires sont fermés|
vos commentaires|vos réactions)"},
    {Use::kLast, R"(commentaires|commentaire|catégories|étiquettes|mots-clés|mots clés|
articles récents|commentaires récents|derniers articles|dernières actualités|actualités|
liens utiles|contact|mentions légales|plan du site|partenaires|nos partenaires|partager|réactions|
à la une)"},
    {Use::kLine, R"(photo 0 sur 0|image 0 sur 0|0 sur 0|page 0 sur 0|voir la galerie|
voir cette publication sur instagram|partager|imprimer|imprimer la page|lire la suite|lire plus|
en savoir plus|voir plus|voir tout|plus d'infos|plus d'informations|afficher plus|charger plus|
publicité|connexion|se connecter|s'inscrire|répondre|haut de page|retour en haut|
retour en haut de page|aller au contenu|aller au contenu principal|recherche|rechercher|accueil|
fermer|suivant|précédent|page suivante|page précédente|article suivant|article précédent|retour|
chargement|j'aime ça|j'aime chargement|lire aussi|lire également|à lire aussi|voir aussi|
sur le même sujet|télécharger le pdf|ajouter au panier|votre nom|votre email|
votre adresse électronique|signaler un abus|signaler une erreur|je m'abonne|s'abonner|abonnez-vous|
prénom|la suite après la publicité|la suite après cette publicité)"},
    {Use::kStart, R"(lire aussi|lire également|à lire aussi|à lire également|lire la suite|
voir aussi|publié le|publié par|publié dans|posté le|posté par|posté dans|écrit par|mis à jour le|
dernière mise à jour|modifié le|classé dans|catégories|catégorie|étiquettes|mots-clés|étiqueté|
temps de lecture|crédit photo|crédits photo|photo ©|article suivant|article précédent|suivez-nous|
suivez nous|abonnez-vous|inscrivez-vous|cliquez ici|retour à|retour au|tous droits réservés|
vous êtes ici|partager sur|partagez sur|partager cet article|0 commentaires|0 réponses à|
0 réflexions sur|une réflexion sur|connectez-vous pour|vous devez être connecté|la suite après|
recevoir les informations|propulsé par|fièrement propulsé par)"},
    {Use::kInside, R"(il vous reste 0 de cet article|la suite est réservée aux abonnés|
cet article est réservé aux abonnés|votre navigateur ne supporte|votre navigateur n'est pas|
mettez à jour votre navigateur|mettre à jour votre navigateur|tous droits réservés|
ce site utilise des cookies|nous utilisons des cookies|adresse e-mail ne sera pas publiée|
adresse de messagerie ne sera pas publiée|adresse email ne sera pas publiée|
les champs obligatoires sont|faire un don|déjà abonné|réservé aux abonnés|réservé à nos abonnés|
article réservé|pour lire la suite|notre newsletter|à notre lettre d'information|suivez-nous sur|
abonnez-vous à|inscrivez-vous à notre|partagez cet article|laissez un commentaire|
connecté pour publier un commentaire|connecter pour commenter|activer javascript|
reproduction interdite|en remplissant ce formulaire|n'engagent que leurs auteurs|
n'engagent que leur auteur|liens affiliés|enregistrer mon nom mon e-mail|
prévenez-moi de tous les nouveaux|notre politique de confidentialité|inscrivez-vous à la newsletter|
abonnez-vous à la newsletter|vous acceptez l'utilisation de cookies|
vous acceptez l'utilisation des cookies|dites le nous en commentaire|dites-nous en commentaire)"},
    // Spanish.
    {Use::kSection, R"(artículos relacionados|noticias relacionadas|entradas relacionadas|
contenido relacionado|contenidos relacionados|temas relacionados|notas relacionadas|
publicaciones relacionadas|posts relacionados|productos relacionados|también te puede interesar|
te puede interesar|te podría interesar|te puede interesar también|quizás te interese|
quizá te interese|le puede interesar|le podría interesar|también te puede gustar|
también te podría gustar|te recomendamos|le recomendamos|recomendado para ti|recomendados para ti|
más noticias|más artículos|más leídas|lo más leído|las más leídas|lo más visto|lo último|
lo más popular|más sobre este tema|lea también|lee también|lee más|leer también|no te pierdas|
no se pierda|navegación de entradas|sobre el autor|acerca del autor|comparte esto|
compartir esta noticia|comparte este artículo|comparte esta noticia|compartir este artículo|
compartir en|síguenos|síguenos en|síganos|suscríbete a nuestro boletín|
suscríbete a nuestra newsletter|suscríbete al boletín|suscríbase a nuestro boletín|otras noticias|
otros artículos|ver también|veja também)"},
    {Use::kComments, R"(deja un comentario|deja tu comentario|deja una respuesta|
dejar un comentario|dejar una respuesta|deje su comentario|escribe un comentario|
escribir un comentario|escribe tu comentario|publicar un comentario|agregar un comentario|
añadir comentario|añadir un comentario|0 comentarios|0 comentario|comentarios 0|no hay comentarios|
sin comentarios|0 respuestas|cancelar respuesta|deja una respuesta cancelar la respuesta|
cancelar la respuesta|comenta esta noticia)"},
    {Use::kLast, R"(comentarios|categorías|etiquetas|archivos|archivo|relacionado|relacionados|
relacionadas|entradas recientes|comentarios recientes|últimas noticias|últimas entradas|
noticias recientes|enlaces|enlaces de interés|contacto|aviso legal|mapa del sitio|compartir|
destacados|temas|boletín)"},
    {Use::kLine, R"(foto 0 de 0|imagen 0 de 0|0 de 0|página 0 de 0|
ver esta publicación en instagram|compartir|comparte|imprimir|leer más|lee más|ver más|saber más|
más información|ver todo|ver todos|cargar más|seguir leyendo|continuar leyendo|sigue leyendo|
publicidad|anuncio|iniciar sesión|inicia sesión|registrarse|responder|arriba|volver arriba|
ir al contenido|saltar al contenido|buscar|menú|inicio|cerrar|siguiente|anterior|página siguiente|
página anterior|entrada siguiente|entrada anterior|artículo siguiente|artículo anterior|volver|
cargando|me gusta|me gusta cargando|lea también|lee también|te puede interesar|ver también|
vea también|añadir al carrito|tu nombre|tu correo electrónico|suscríbete|suscribirse|relacionado|
mira|mire|lea además|además lea)"},
    {Use::kStart, R"(ya sabías que|únete a|únete desde|hacemos periodismo|este contenido es|
regístrate para|comentá|lea también|lee también|leer también|lea además|lea más|le puede interesar|
te puede interesar|te recomendamos|puede leer|puedes leer|ver también|vea también|vea además|
publicado en|publicado por|publicado el|publicada el|escrito por|última actualización|
actualizado el|archivado en|archivado bajo|categorías|categoría|etiquetas|etiquetado|
tiempo de lectura|crédito de la imagen|fuente de la imagen|entrada siguiente|entrada anterior|
síguenos|síganos|sigue a|suscríbete|suscríbase|haz clic aquí|haga clic aquí|volver a la|
todos los derechos reservados|usted está aquí|estás aquí|comparte en|compartir en|comparte este|
0 comentarios|0 pensamientos|un comentario en|inicia sesión para|debes iniciar sesión|
debe iniciar sesión|mira también|funciona con|descarga la app|únete a nuestro|únete a nuestra)"},
    {Use::kInside, R"(su navegador no soporta|tu navegador no soporta|navegador no es compatible|
actualice su navegador|actualiza tu navegador|todos los derechos reservados|
prohibida la reproducción|prohibida su reproducción|este sitio utiliza cookies|
este sitio web utiliza cookies|esta web utiliza cookies|utilizamos cookies|usamos cookies|
de correo electrónico no será publicada|los campos obligatorios están|nuestro boletín|
nuestra newsletter|suscríbete a|suscríbase a|síguenos en|síganos en|síguenos a través|
nuestro canal de|comparte este artículo|comparte esta|deja un comentario|déjanos tu comentario|
iniciar sesión para comentar|conectado para publicar un comentario|activar javascript|
habilitar javascript|guarda mi nombre|recibir un correo electrónico con|enlaces de afiliados|
noticias en tu correo|ya eres suscriptor|para suscriptores|hacer una donación|para seguir leyendo|
descarga nuestra app|las opiniones expresadas|nuestra política de privacidad|
nuestro canal de telegram|nuestro canal de whatsapp|acepta el uso de cookies|
aceptas el uso de cookies|acepta nuestro uso de cookies|cuéntanos en los comentarios|
déjanos en los comentarios)"},
    // Italian.
    {Use::kSection, R"(articoli correlati|articoli simili|altri articoli|notizie correlate|
post correlati|contenuti correlati|argomenti correlati|prodotti correlati|potrebbe interessarti|
potrebbe interessarti anche|ti potrebbe interessare|ti potrebbe interessare anche|
ti potrebbero interessare|potrebbero interessarti|potrebbe piacerti anche|ti potrebbe anche piacere|
leggi anche|leggi anche questi articoli|consigliati per te|ti consigliamo|raccomandati per te|
i più letti|più letti|gli articoli più letti|le più lette|le notizie più lette|da non perdere|
navigazione articoli|navigazione articolo|informazioni sull'autore|sull'autore|l'autore|
circa l'autore|condividi questo articolo|condividi l'articolo|condividi su|condividi questo|
condividi con gli amici|seguici|seguici su|seguici anche su|iscriviti alla newsletter|
iscriviti alla nostra newsletter|dalla stessa categoria|altro da questo autore|altre notizie)"},
    {Use::kComments, R"(lascia un commento|lascia una risposta|scrivi un commento|invia un commento|
aggiungi un commento|commenta|commenta l'articolo|0 commenti|0 commento|commenti 0|nessun commento|
0 risposte|annulla risposta|lascia un commento annulla risposta|rispondi annulla risposta|
i commenti sono chiusi)"},
    {Use::kLast, R"(commenti|categorie|archivi|archivio|tag|articoli recenti|commenti recenti|
ultimi articoli|ultime notizie|notizie recenti|correlati|contatti|note legali|mappa del sito|
condividi|argomenti|link utili)"},
    {Use::kLine, R"(foto 0 di 0|0 di 0|immagine 0 di 0|pagina 0 di 0|
visualizza questo post su instagram|condividi|stampa|leggi tutto|leggi di più|leggi di più su|
continua a leggere|continua|scopri di più|maggiori informazioni|vedi tutti|mostra altro|
carica altri|pubblicità|annuncio|accedi|registrati|rispondi|torna su|torna all'inizio|torna in alto|
vai al contenuto|salta al contenuto|cerca|menù|chiudi|successivo|precedente|pagina successiva|
pagina precedente|articolo successivo|articolo precedente|articoli precedenti|indietro|caricamento|
mi piace|mi piace caricamento|leggi anche|vedi anche|guarda anche|approfondisci|per approfondire|
aggiungi al carrello|il tuo nome|la tua email|scarica pdf|iscriviti)"},
    {Use::kStart, R"(leggi anche|leggi tutto|leggi pure|leggi qui|vedi anche|guarda anche|
per approfondire|pubblicato in|pubblicato il|pubblicato da|postato il|postato da|scritto da|
ultimo aggiornamento|aggiornato il|archiviato in|categorie|categoria|etichette|taggato|
tempo di lettura|tempo lettura|fonte foto|fonte immagine|credit foto|articolo successivo|
articolo precedente|seguici|iscriviti|clicca qui|torna alla|torna a|tutti i diritti riservati|
diritti riservati|riproduzione riservata|© riproduzione|sei qui|ti trovi in|condividi su|
condividi questo|0 commenti|un commento su|devi essere connesso|effettua il login|accedi per|
fai una donazione|sostienici)"},
    {Use::kInside, R"(il tuo browser non supporta|aggiorna il browser|aggiorna il tuo browser|
tutti i diritti riservati|riproduzione riservata|questo sito utilizza cookie|
questo sito utilizza i cookie|questo sito usa i cookie|utilizziamo i cookie|
indirizzo email non sarà pubblicato|i campi obbligatori sono|alla nostra newsletter|seguici su|
seguiteci su|condividi questo articolo|lascia un commento|connesso per inviare un commento|
abilita javascript|abilitare javascript|salva il mio nome|avvertimi via email|link di affiliazione|
link affiliati|resta aggiornato|rimani aggiornato|iscriviti al nostro|sei già abbonato|
riservato agli abbonati|per continuare a leggere|con una donazione|la nostra informativa|
iscriviti alla newsletter|al nostro canale telegram|il nostro canale telegram|
acconsenti all'uso dei cookie|accetti l'uso dei cookie|accetti l'utilizzo dei cookie|
fatecelo sapere nei commenti|scrivetelo nei commenti)"},
    // Portuguese.
    {Use::kSection, R"(artigos relacionados|notícias relacionadas|matérias relacionadas|
conteúdo relacionado|conteúdos relacionados|postagens relacionadas|produtos relacionados|
leia também|leia mais|veja mais|você pode gostar|você também pode gostar|talvez você goste|
você pode se interessar|pode interessar-lhe|recomendado para você|recomendados para você|
recomendamos para você|mais lidas|as mais lidas|mais lidos|mais notícias|mais artigos|
últimas notícias|não perca|navegação de post|navegação de posts|navegação de artigos|sobre o autor|
sobre a autora|compartilhe|compartilhe isso|compartilhe esta notícia|compartilhe este artigo|
compartilhar esta notícia|partilhar este artigo|partilhe|siga-nos|siga nos|siga-nos no|
assine nossa newsletter|assine a newsletter|subscreva a nossa newsletter|receba nossas notícias|
outras notícias|outros artigos)"},
    {Use::kComments, R"(deixe um comentário|deixe uma resposta|deixe o seu comentário|
deixe seu comentário|deixar um comentário|escreva um comentário|escreva o seu comentário|
adicionar comentário|adicionar um comentário|postar um comentário|enviar um comentário|
0 comentários|0 comentário|comentários 0|sem comentários|nenhum comentário|0 respostas|
cancelar resposta|deixe um comentário cancelar resposta|comente)"},
    {Use::kLast, R"(comentários|categorias|arquivos|arquivo|marcadores|posts recentes|
artigos recentes|comentários recentes|contato|contactos|links úteis|mapa do site|compartilhar|
partilhar|destaques|assuntos|tópicos)"},
    {Use::kLine, R"(imagem 0 de 0|ver essa foto no instagram|ver esta publicação no instagram|
ver esta foto no instagram|compartilhar|partilhar|compartilhe|ler mais|leia mais|saiba mais|
ver mais|ver tudo|continue lendo|continuar a ler|carregar mais|mais informações|publicidade|anúncio|
entrar|cadastre-se|registar|topo|voltar ao topo|ir para o conteúdo|pular para o conteúdo|
saltar para o conteúdo|pesquisar|início|fechar|próximo|próxima|próximo post|post anterior|
próximo artigo|artigo anterior|próxima página|voltar|carregando|curtir isso|curtir carregando|
leia também|veja também|continua após a publicidade|continua depois da publicidade|
adicionar ao carrinho|assine|assinar|seu nome|seu email)"},
    {Use::kStart, R"(leia também|leia mais|leia ainda|veja também|veja mais|saiba mais|
confira também|publicado em|postado em|postado por|publicada em|última atualização|atualizado em|
arquivado em|categorias|marcadores|tempo de leitura|crédito da imagem|próximo post|post anterior|
siga-nos|siga nos|siga o|siga a|assine|inscreva-se|clique aqui|voltar para|
todos os direitos reservados|direitos reservados|você está aqui|está aqui|compartilhe|partilhe|
0 comentários|um comentário em|faça login|você precisa estar logado|continua após|
receba as notícias)"},
    {Use::kInside, R"(seu navegador não suporta|atualize seu navegador|todos os direitos reservados|
proibida a reprodução|este site utiliza cookies|este site usa cookies|
endereço de e-mail não será publicado|endereço de email não será publicado|
os campos obrigatórios são|campos obrigatórios marcados|nossa newsletter|assine a nossa|
assine nossa|inscreva-se em|inscreva-se no|siga-nos no|siga-nos nas|compartilhe este|
deixe um comentário|deixe seu comentário|deixe suas dúvidas|fazer login para|ativar javascript|
salvar meus dados|guardar o meu nome|já é assinante|exclusivo para assinantes|para continuar lendo|
para assinantes|links de afiliados|no seu e-mail|as opiniões expressas|
nossa política de privacidade|siga-nos nas redes sociais|nosso canal no youtube|
nosso canal do youtube|concorda com o uso de cookies|concorda com a utilização de cookies|
aceita o uso de cookies|conte para nós nos comentários|conte nos comentários)"},
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
    // Romanian.
    {Use::kSection, R"(articole similare|articole asemănătoare|articole conexe|articole înrudite|
articole recomandate|articole relaționate|știri similare|ştiri similare|știri recomandate|
produse similare|produse asemănătoare|citește și|citeşte şi|citeste si|citește mai mult|citiți și|
citiţi şi|vezi și|vezi şi|vezi si|alte articole|alte știri|alte ştiri|mai multe știri|
mai multe articole|mai multe despre|ți-ar putea plăcea și|te-ar putea interesa și|
te-ar putea interesa|te poate interesa|s-ar putea să-ți placă|recomandări|recomandate pentru tine|
îți recomandăm|vă recomandăm|recomandarea noastră|cele mai citite|cele mai populare|cele mai noi|
ultimele știri|ultimele ştiri|nu rata|navigare în articole|navigare în articol|despre autor|
despre autoare|distribuie|distribuie articolul|distribuie pe|share articol|urmărește-ne|
urmăreşte-ne|urmărește-ne pe|abonează-te la newsletter|abonare la newsletter|
abonează-te la newsletterul nostru)"},
    {Use::kComments, R"(lasă un comentariu|lasa un comentariu|lasă un răspuns|lasa un raspuns|
adaugă un comentariu|adauga un comentariu|adaugă comentariu|scrie un comentariu|comentează|
0 comentarii|0 comentariu|comentarii 0|niciun comentariu|nu există comentarii|anulează răspunsul|
lasă un răspuns anulează răspunsul|părerea ta|spune-ți părerea)"},
    {Use::kLast, R"(comentarii|categorii|etichete|arhivă|articole recente|comentarii recente|
ultimele articole|noutăți|știri|linkuri|linkuri utile|legături utile|harta site|parteneri|
subiecte)"},
    {Use::kLine, R"(distribuie|printează|tipărește|imprimă|citește mai mult|citeste mai mult|
citește tot|citește articolul|continuă lectura|mai mult|mai multe|mai multe detalii|
mai multe informații|află mai multe|vezi mai mult|vezi toate|încarcă mai multe|publicitate|reclamă|
autentificare|conectare|înregistrare|răspunde|sus|înapoi sus|mergi sus|sari la conținut|
salt la conținut|mergi la conținut|caută|căutare|meniu|acasă|închide|următorul|următoarea|
anteriorul|precedentul|pagina următoare|pagina anterioară|articolul următor|articolul precedent|
articolul anterior|înapoi|se încarcă|apreciază|îmi place|citește și|citeşte şi|vezi și|
adaugă în coș|cumpără|numele tău|abonează-te)"},
    {Use::kStart, R"(citește și|citeşte şi|citeste si|citește mai mult|citiți și|vezi și|vezi şi|
vezi si|publicat în|publicat in|publicat de|publicat la|publicat pe|postat de|postat în|postat pe|
scris de|ultima actualizare|actualizat|categorii|etichete|etichetat|timp de citire|sursa foto|
articolul următor|articolul precedent|urmărește-ne|urmăreşte-ne|abonează-te|abonați-vă|click aici|
apasă aici|înapoi la|toate drepturile rezervate|te afli aici|ești aici|distribuie pe|0 comentarii|
un comentariu la|trebuie să fii autentificat|autentifică-te|dacă ți-a plăcut|dacă v-a plăcut)"},
    {Use::kInside, R"(browserul dumneavoastră nu|browserul tău nu|toate drepturile rezervate|
toate drepturile sunt rezervate|este interzisă copierea|preluarea fără|acest site folosește cookie|
acest site foloseşte cookie|acest site utilizează cookie|folosim cookie|utilizăm cookie|
adresa ta de email nu va fi publicată|adresa de email nu va fi publicată|câmpurile obligatorii sunt|
newsletterul nostru|newsletter ul nostru|urmărește-ne pe|urmăreşte-ne pe|distribuie acest|
lasă un comentariu|autentificat pentru a|activează javascript|activați javascript|
salvează mi numele|politica noastră de confidențialitate|pe google news|acceptați utilizarea cookie|
accepți utilizarea cookie|sunteți de acord cu utilizarea cookie|spune-ne în comentarii|
lasă-ne în comentarii)"},
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
    // Catalan.
    {Use::kSection, R"(articles relacionats|notícies relacionades|entrades relacionades|
continguts relacionats|temes relacionats|productes relacionats|també et pot interessar|
et pot interessar|us pot interessar|li pot interessar|també et pot agradar|llegiu també|
llegeix també|llegir també|vegeu també|mira també|més notícies|més articles|altres articles|
altres notícies|el més llegit|les més llegides|més llegides|et recomanem|us recomanem|
recomanat per a tu|no et perdis|no us perdeu|navegació d'entrades|navegació d'articles|
sobre l'autor|sobre l'autora|comparteix|comparteix això|comparteix aquest article|
comparteix la notícia|compartir a|segueix-nos|segueix-nos a|seguiu-nos|subscriu-te al butlletí|
subscriu-te a la newsletter|subscriviu-vos al butlletí)"},
    {Use::kComments, R"(deixa un comentari|deixeu un comentari|deixa una resposta|
escriu un comentari|escriviu un comentari|afegeix un comentari|feu un comentari|0 comentaris|
0 comentari|comentaris 0|cap comentari|sense comentaris|cancel·la les respostes|
deixa un comentari cancel·la les respostes|envia un comentari|comenta)"},
    {Use::kLast, R"(comentaris|etiquetes|arxiu|arxius|relacionat|relacionats|entrades recents|
comentaris recents|últimes notícies|últimes entrades|notícies|actualitat|contacte|enllaços|
enllaços d'interès|avís legal|mapa web|temes|butlletí)"},
    {Use::kLine, R"(comparteix|imprimeix|llegir més|llegeix més|llegiu més|més informació|més info|
veure més|veure tot|mostra més|mostra'n més|carrega més|continua llegint|publicitat|anunci|
inicia sessió|entra|registra't|respon|amunt|torna amunt|vés al contingut|ves al contingut|
aneu al contingut|cercar|inici|tanca|següent|pàgina següent|pàgina anterior|entrada següent|
article següent|article anterior|torna|tornar|s'està carregant|m'agrada|llegiu també|llegeix també|
vegeu també|afegeix a la cistella|el teu nom|subscriu-te|subscriviu-vos)"},
    {Use::kStart, R"(llegiu també|llegeix també|llegir més|llegeix més|vegeu també|publicat a|
publicat el|publicat per|escrit per|darrera actualització|última actualització|actualitzat|
arxivat a|etiquetes|etiquetat|temps de lectura|entrada següent|segueix-nos|seguiu-nos|subscriu-te|
subscriviu-vos|fes clic aquí|feu clic aquí|cliqueu aquí|tornar a|tots els drets reservats|sou aquí|
ets aquí|comparteix a|comparteix aquest|0 comentaris|un comentari a|inicia sessió per|
heu d'iniciar sessió)"},
    {Use::kInside, R"(el vostre navegador no|el teu navegador no|tots els drets reservats|
aquest lloc web utilitza galetes|aquest web utilitza galetes|aquest lloc utilitza galetes|
aquesta web utilitza cookies|utilitzem galetes|fem servir galetes|utilitzem cookies|
l'adreça electrònica no es publicarà|correu electrònic no es publicarà|els camps necessaris estan|
els camps obligatoris estan|nostre butlletí|segueix-nos a|seguiu-nos a|comparteix aquest|
deixa un comentari|iniciar sessió per|activeu javascript|desa el meu nom|prohibida la reproducció|
la nostra política de privacitat|accepteu l'ús de galetes|acceptes l'ús de galetes|
accepta l'ús de galetes)"},
};
// clang-format on

}  // namespace

std::span<const FurniturePhrases> FurniturePhraseTable() { return kTable; }

}  // namespace cria::corpus
