// A table and nothing else: Romance languages.
#include "corpus/formats/html/furniture_phrase.h"

namespace cria::corpus {
namespace {

using Use = FurniturePhrase;

// A phrase counts on every page: many sites mix two languages. What is common in running text, or
// heads parts of manuals ("Search", "Tags"), stands only under kLine or kLast. "0" is any number.
// clang-format off
constexpr FurniturePhrases kTable[] = {
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

std::span<const FurniturePhrases> FurniturePhraseTableRomance() { return kTable; }

}  // namespace cria::corpus
