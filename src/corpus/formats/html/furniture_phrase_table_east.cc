// A table and nothing else: Slavic languages and Hungarian.
#include "corpus/formats/html/furniture_phrase.h"

namespace cria::corpus {
namespace {

using Use = FurniturePhrase;

// A phrase counts on every page: many sites mix two languages. What is common in running text, or
// heads parts of manuals ("Search", "Tags"), stands only under kLine or kLast. "0" is any number.
// clang-format off
constexpr FurniturePhrases kTable[] = {
    // Polish.
    {Use::kSection, R"(podobne artykuły|podobne wpisy|podobne posty|podobne produkty|
powiązane artykuły|powiązane wpisy|powiązane posty|powiązane tematy|powiązane produkty|zobacz także|
zobacz też|zobacz również|czytaj także|czytaj też|czytaj również|czytaj więcej|przeczytaj także|
przeczytaj też|przeczytaj również|sprawdź także|sprawdź też|polecane|polecane artykuły|polecamy|
polecamy także|polecamy również|warto przeczytać|może cię zainteresować|to może cię zainteresować|
może ci się spodobać|najczęściej czytane|najpopularniejsze|popularne artykuły|więcej na ten temat|
więcej artykułów|więcej wiadomości|inne artykuły|nie przegap|nawigacja wpisu|o autorze|o autorce|
udostępnij|udostępnij ten artykuł|udostępnij na|podziel się|podziel się artykułem|obserwuj nas|
śledź nas|zapisz się do newslettera|zapisz się na newsletter|współpracujemy z)"},
    {Use::kComments, R"(dodaj komentarz|zostaw komentarz|napisz komentarz|skomentuj|
skomentuj artykuł|zostaw odpowiedź|odpowiedz|0 komentarzy|0 komentarze|0 komentarz|komentarze 0|
brak komentarzy|anuluj pisanie odpowiedzi|dodaj komentarz anuluj pisanie odpowiedzi|dodaj odpowiedź|
twój komentarz|0 odpowiedzi)"},
    {Use::kLast, R"(komentarze|komentarz|kategorie|tagi|archiwum|archiwa|najnowsze wpisy|
najnowsze artykuły|najnowsze komentarze|ostatnie wpisy|najnowsze|aktualności|linki|przydatne linki|
mapa strony|tematy|partnerzy)"},
    {Use::kLine, R"(zdjęcie 0 z 0|0 z 0|strona 0 z 0|zagłosuj w ankiecie|zobacz galerię|
wyświetl ten post na instagramie|drukuj|wydrukuj|czytaj dalej|czytaj więcej|więcej|
więcej informacji|dowiedz się więcej|pokaż więcej|zobacz więcej|zobacz wszystkie|wczytaj więcej|
załaduj więcej|reklama|ogłoszenie|zaloguj|zaloguj się|zarejestruj się|rejestracja|odpowiedz|do góry|
powrót do góry|na górę|przejdź do treści|przejdź do głównej treści|szukaj|wyszukaj|strona główna|
zamknij|następny|poprzedni|następna|poprzednia|następna strona|poprzednia strona|następny wpis|
poprzedni wpis|następny artykuł|poprzedni artykuł|wstecz|powrót|ładowanie|lubię to|
lubię to wczytywanie|czytaj także|czytaj też|zobacz także|zobacz też|dodaj do koszyka|twoje imię|
twój email|subskrybuj|udostępnij|więcej na ten temat|dalsza część artykułu pod reklamą|
dalsza część tekstu pod reklamą)"},
    {Use::kStart, R"(czytasz właśnie nowy|jeżeli podoba ci się|podobał ci się|postaw nam kawę|
czytaj także|czytaj też|czytaj również|czytaj więcej|czytaj dalej|przeczytaj także|przeczytaj też|
przeczytaj również|zobacz także|zobacz też|zobacz również|zobacz więcej|sprawdź też|sprawdź także|
więcej na ten temat|opublikowano|opublikowany|opublikowane przez|dodano|dodane przez|autor|
zamieszczono|napisane przez|ostatnia aktualizacja|zaktualizowano|kategorie|kategoria|tagi|
czas czytania|fot ©|następny wpis|poprzedni wpis|następny artykuł|poprzedni artykuł|obserwuj nas|
śledź nas|zapisz się|kliknij tutaj|powrót do|wróć do|wszelkie prawa zastrzeżone|
wszystkie prawa zastrzeżone|prawa zastrzeżone|materiał chroniony prawem|jesteś tutaj|udostępnij na|
podziel się|0 komentarzy|jeden komentarz do|zaloguj się aby|musisz się zalogować|dołącz do nas|
wspierane przez|dumnie wspierane)"},
    {Use::kInside, R"(twoja przeglądarka nie|zaktualizuj przeglądarkę|wszelkie prawa zastrzeżone|
wszystkie prawa zastrzeżone|materiał chroniony prawem autorskim|korzystamy z cookies|
używamy cookies|używamy plików cookie|korzystamy z plików cookie|wykorzystuje pliki cookie|
strona używa plików cookie|strona używa cookies|używa plików cookies|wykorzystujemy pliki cookie|
adres e-mail nie zostanie opublikowany|adres email nie zostanie opublikowany|
wymagane pola są oznaczone|naszego newslettera|nasz newsletter|obserwuj nas na|śledź nas na|
polub nas na|udostępnij ten|zostaw komentarz|musisz się zalogować|zalogować aby|zalogowany aby|
włącz javascript|włączyć javascript|zapamiętaj moje dane|powiadom mnie o|prenumeratę cyfrową|
prenumerata cyfrowa|wesprzyj nas|naszej polityki prywatności|zapisz się do newslettera|
zapisz się na newsletter|polub nas na facebooku|zgodę na używanie plików cookie|
zgodę na używanie cookies|zgodę na wykorzystywanie plików cookie|korzystanie z serwisu wymaga|
dajcie znać w komentarzach|daj znać w komentarzach)"},
    // Russian.
    {Use::kSection, R"(читайте также|читать также|читайте ещё|читайте еще|смотрите также|
смотри также|похожие статьи|похожие записи|похожие материалы|похожие новости|похожие публикации|
похожие товары|похожие темы|связанные статьи|связанные материалы|статьи по теме|материалы по теме|
новости по теме|по теме|ещё по теме|еще по теме|вам может понравиться|вам также может понравиться|
вам может быть интересно|вам будет интересно|вас может заинтересовать|это интересно|рекомендуем|
рекомендуем почитать|рекомендуем прочитать|мы рекомендуем|рекомендованные статьи|советуем почитать|
другие статьи|другие новости|другие материалы|ещё новости|еще новости|больше новостей|
самое читаемое|самое популярное|популярные статьи|популярные новости|популярное|не пропустите|
главные новости|навигация по записям|об авторе|поделиться|поделиться в соцсетях|поделиться ссылкой|
поделитесь с друзьями|поделись с друзьями|расскажите друзьям|рассказать друзьям|
подписывайтесь на нас|подпишитесь на нас|подписаться на рассылку|подпишитесь на рассылку|
мы в соцсетях|новости партнеров|новости партнёров|с этим товаром покупают)"},
    {Use::kComments, R"(добавить комментарий|оставить комментарий|оставьте комментарий|
оставить отзыв|написать комментарий|ваш комментарий|комментировать|прокомментировать|0 комментариев|
0 комментария|0 комментарий|комментарии 0|комментариев нет|нет комментариев|пока нет комментариев|
отменить ответ|добавить комментарий отменить ответ|добавить отзыв|обсуждение|обсудить|ответить|
комментарии закрыты)"},
    {Use::kLast, R"(комментарии|комментарий|отзывы|рубрики|категории|метки|теги|архив|архивы|
свежие записи|последние записи|свежие комментарии|последние комментарии|последние новости|новости|
контакты|ссылки|полезные ссылки|карта сайта|партнеры|партнёры|темы|рассылка)"},
    {Use::kLine, R"(фото 0 из 0|0 из 0|страница 0 из 0|посмотреть эту публикацию в instagram|
поделиться|печать|распечатать|версия для печати|читать далее|читать дальше|читать полностью|
читать больше|читать|подробнее|подробно|узнать больше|показать ещё|показать еще|показать больше|
смотреть все|все новости|загрузить ещё|загрузить еще|реклама|на правах рекламы|войти|вход|
регистрация|зарегистрироваться|ответить|наверх|вверх|в начало|перейти к содержимому|
перейти к содержанию|поиск|найти|меню|главная|закрыть|далее|назад|следующая|предыдущая|
следующая страница|предыдущая страница|следующая запись|предыдущая запись|следующая статья|
предыдущая статья|загрузка|нравится|мне нравится|читайте также|смотрите также|по теме|в корзину|
добавить в корзину|купить|ваше имя|ваш email|подписаться|в избранное|сообщить об ошибке|
пожаловаться)"},
    {Use::kStart, R"(читайте также|читайте ещё|читайте еще|читать также|читать далее|читать дальше|
смотрите также|по теме|материал по теме|подробнее|опубликовано|опубликовал|опубликована|
дата публикации|добавлено|размещено|автор|последнее обновление|обновлено|рубрика|рубрики|категория|
категории|метки|теги|время чтения|просмотров|просмотры|источник фото|фото ©|следующая запись|
предыдущая запись|следующая статья|предыдущая статья|подписывайтесь|подпишитесь|подписаться|
нажмите здесь|вернуться к|вернуться на|назад к|все права защищены|вы здесь|вы находитесь здесь|
поделиться в|поделиться|0 комментариев|один комментарий|войдите чтобы|для отправки комментария|
присоединяйтесь|следите за нами|нашли ошибку|заметили ошибку|если вы нашли ошибку|если вы заметили|
понравилась статья|работает на|сайт работает на|копирование материалов|при использовании материалов|
при копировании материалов|при перепечатке)"},
    {Use::kInside, R"(ваш браузер не поддерживает|обновите браузер|ваш браузер устарел|
все права защищены|перепечатка материалов|копирование материалов|при использовании материалов|
при копировании материалов|использование материалов сайта|использование материалов разрешено|
этот сайт использует cookie|сайт использует cookie|сайт использует файлы cookie|
мы используем cookie|мы используем файлы cookie|адрес email не будет опубликован|
адрес e-mail не будет опубликован|не будет опубликован обязательные поля|обязательные поля помечены|
подпишитесь на наш|подписывайтесь на наш|подпишитесь на нашу|подпишитесь на рассылку|
подписывайтесь на канал|подписывайтесь на нас|наш telegram|наш телеграм|нашем telegram|
нашем телеграм|поделитесь с друзьями|поделись с друзьями|оставьте комментарий|
чтобы оставить комментарий|для отправки комментария вам необходимо|зарегистрированные пользователи|
включите javascript|включить javascript|сохранить моё имя|сохранить мое имя|выделите её и нажмите|
выделите ее и нажмите|выделите фрагмент текста|нажмите ctrl enter|
мнение редакции может не совпадать|свидетельство о регистрации|нашей политикой конфиденциальности|
в нашем telegram|в наш telegram|наш телеграм канал|соглашаетесь с использованием файлов cookie|
соглашаетесь на использование файлов cookie|согласие на использование файлов cookie|
пишите в комментариях|напишите в комментариях|делитесь в комментариях)"},
    // Ukrainian.
    {Use::kSection, R"(читайте також|читати також|читайте ще|дивіться також|схожі статті|
схожі записи|схожі матеріали|схожі новини|подібні статті|статті за темою|матеріали за темою|
новини за темою|за темою|по темі|вам може сподобатися|вам також може сподобатися|
вас може зацікавити|вам буде цікаво|рекомендуємо|рекомендуємо прочитати|радимо прочитати|
інші статті|інші новини|більше новин|найпопулярніше|популярні статті|популярні новини|популярне|
не пропустіть|головні новини|навігація записів|про автора|поділитися|поділитись|
поділитися в соцмережах|поділіться з друзями|підписуйтесь на нас|підпишіться на розсилку|
ми в соцмережах|новини партнерів)"},
    {Use::kComments, R"(залишити коментар|залиште коментар|додати коментар|написати коментар|
ваш коментар|коментувати|прокоментувати|0 коментарів|0 коментарі|0 коментар|коментарі 0|
коментарів немає|немає коментарів|скасувати відповідь|залишити відповідь|
залишити коментар скасувати відповідь|відповісти)"},
    {Use::kLast, R"(коментарі|коментар|відгуки|категорії|позначки|мітки|архів|архіви|останні записи|
недавні записи|останні коментарі|останні новини|новини|контакти|посилання|корисні посилання|
карта сайту|партнери|теми)"},
    {Use::kLine, R"(поділитися|поділитись|друк|роздрукувати|версія для друку|читати далі|
читати більше|читати повністю|читати|докладніше|детальніше|дізнатися більше|показати ще|більше|
усі новини|всі новини|увійти|вхід|реєстрація|відповісти|вгору|нагору|перейти до вмісту|пошук|
головна|закрити|далі|наступна|попередня|наступна сторінка|попередня сторінка|наступний запис|
попередній запис|наступна стаття|попередня стаття|завантаження|подобається|читайте також|
дивіться також|до кошика|купити|ваше ім'я|підписатися|підписатись)"},
    {Use::kStart, R"(читайте також|читати також|читайте ще|читати далі|дивіться також|опубліковано|
дата публікації|додано|останнє оновлення|оновлено|категорія|категорії|позначки|мітки|час читання|
переглядів|джерело фото|наступний запис|попередній запис|підписуйтесь|підписуйтеся|підпишіться|
натисніть тут|повернутися до|назад до|всі права захищені|усі права захищені|ви тут|ви знаходитесь|
поділитися|0 коментарів|увійдіть щоб|приєднуйтесь|слідкуйте за нами|помітили помилку|
якщо ви помітили|при використанні матеріалів|передрук матеріалів|працює на)"},
    {Use::kInside, R"(ваш браузер не підтримує|оновіть браузер|всі права захищені|
усі права захищені|передрук матеріалів|при використанні матеріалів|використання матеріалів|
цей сайт використовує cookie|сайт використовує cookie|сайт використовує файли cookie|
ми використовуємо cookie|ми використовуємо файли cookie|поштова адреса не публікуватиметься|
пошта не оприлюднюватиметься|обов'язкові поля позначені|підписуйтесь на наш|підписуйтеся на наш|
підпишіться на наш|підписуйтесь на канал|поділіться з друзями|залиште коментар|
щоб залишити коментар|увімкніть javascript|зберегти моє ім'я|виділіть її та натисніть|
натисніть ctrl enter|думка редакції може не збігатися|нашою політикою конфіденційності|
погоджуєтесь на використання файлів cookie|погоджуєтеся з використанням файлів cookie|
пишіть у коментарях|діліться в коментарях)"},
    // Bulgarian.
    {Use::kSection, R"(прочетете още|прочети още|прочетете също|прочети също|вижте още|виж още|
вижте също|виж също|свързани статии|свързани публикации|свързани новини|подобни статии|
подобни публикации|още по темата|по темата|още новини|още от|други статии|други новини|
може да ви хареса|може да харесате|може да ви интересува|препоръчваме ви|препоръчани|
препоръчани статии|най-четени|най-четено|най-популярни|популярни статии|не пропускайте|навигация|
за автора|сподели|споделете|сподели статията|сподели в|последвайте ни|следвайте ни|
абонирайте се за бюлетина|абонирайте се за нашия бюлетин|подобни продукти)"},
    {Use::kComments, R"(коментирай|напиши коментар|напишете коментар|остави коментар|
оставете коментар|добави коментар|вашият коментар|0 коментара|коментари 0|няма коментари|
вашият отговор|отказ|вашият коментар отказ|все още няма коментари)"},
    {Use::kLast, R"(коментари|етикети|тагове|архиви|последни публикации|последни коментари|
последни новини|скорошни публикации|връзки|полезни връзки|карта на сайта|партньори)"},
    {Use::kLine, R"(сподели|отпечатай|печат|прочетете повече|прочети повече|прочети още|виж повече|
вижте повече|научете повече|научи повече|покажи още|виж всички|зареди още|отговор|отговори|нагоре|
към началото|към съдържанието|търсене|търси|начало|затвори|следваща|предишна|следващ|предишен|
следваща страница|предишна страница|следваща статия|предишна статия|зареждане|харесвам|вижте още|
виж още|добави в количката|купи|вашето име|абонирай се|абонирайте се)"},
    {Use::kStart, R"(прочетете още|прочети още|прочетете повече|прочети повече|вижте още|виж още|
вижте също|виж също|още по темата|публикувано|публикувана|публикуван|публикувано на|написано от|
последна актуализация|последна промяна|обновена|обновено|етикети|тагове|време за четене|снимка ©|
следваща публикация|предишна публикация|следваща статия|предишна статия|последвайте ни|следвайте ни|
абонирайте се|натиснете тук|кликнете тук|обратно към|върни се|всички права запазени|вие сте тук|
намирате се|сподели|0 коментара|влезте за да|трябва да влезете|присъединете се|харесайте ни|
последвайте)"},
    {Use::kInside, R"(вашият браузър не|всяко дарение|подкрепете ни|всички права запазени|
този сайт използва бисквитки|сайтът използва бисквитки|този уебсайт използва бисквитки|
ние използваме бисквитки|използваме бисквитки|имейл адрес няма да бъде публикуван|
задължителните полета са|нашия бюлетин|абонирайте се за|последвайте ни|следвайте ни|ни във фейсбук|
споделете тази|оставете коментар|трябва да влезете|включете javascript|запазване на името ми|
нашата политика за поверителност|последвайте ни във facebook|
съгласявате с използването на бисквитки|споделете в коментарите)"},
    // Czech.
    {Use::kSection, R"(související články|související příspěvky|související témata|
související zprávy|související produkty|podobné články|podobné příspěvky|podobné produkty|
další články|další zprávy|další z rubriky|mohlo by vás zajímat|mohlo by vás také zajímat|
mohlo by se vám líbit|přečtěte si také|čtěte také|čtěte dále|čtěte více|čtěte i|přečtěte si|
k tématu|více k tématu|doporučujeme|doporučené články|nejčtenější|nejčtenější články|
nejnovější články|nepřehlédněte|navigace pro příspěvek|navigace příspěvku|o autorovi|sdílejte|
sdílet článek|sdílejte článek|sdílejte tento článek|sledujte nás|přihlaste se k odběru newsletteru|
odběr novinek|odebírat newsletter)"},
    {Use::kComments, R"(napsat komentář|napište komentář|přidat komentář|přidejte komentář|
okomentovat|vložit komentář|zanechat komentář|zanechte komentář|váš komentář|0 komentářů|
0 komentáře|0 komentář|komentáře 0|žádné komentáře|zrušit odpověď na komentář|
napsat komentář zrušit odpověď na komentář|diskuse|diskuze|diskuse k článku|vstoupit do diskuse|
zatím žádné komentáře)"},
    {Use::kLast, R"(komentáře|komentář|rubriky|štítky|archivy|nejnovější příspěvky|
nejnovější komentáře|poslední příspěvky|aktuality|kontakty|odkazy|užitečné odkazy|mapa stránek|
partneři|témata)"},
    {Use::kLine, R"(sdílet|sdílejte|tisk|vytisknout|tisknout|číst dál|číst dále|číst více|
pokračovat ve čtení|celý článek|více|více informací|další informace|zobrazit více|zobrazit vše|
zobrazit další|načíst další|inzerce|přihlásit|přihlásit se|přihlášení|registrace|registrovat|
odpovědět|nahoru|zpět nahoru|přejít k obsahu|přejít k hlavnímu obsahu|přeskočit na obsah|hledat|
vyhledat|vyhledávání|domů|úvod|zavřít|další|předchozí|následující|další stránka|předchozí stránka|
následující článek|předchozí článek|následující příspěvek|předchozí příspěvek|zpět|načítání|
to se mi líbí|čtěte také|přečtěte si také|do košíku|přidat do košíku|koupit|vaše jméno|váš e-mail|
odebírat)"},
    {Use::kStart, R"(čtěte také|čtěte dále|čtěte i|přečtěte si také|přečtěte si i|číst dál|viz také|
publikováno|zveřejněno|vloženo|přidáno|napsal|poslední aktualizace|aktualizováno|rubrika|rubriky|
štítky|doba čtení|zdroj foto|následující článek|předchozí článek|sledujte nás|přihlaste se|
klikněte zde|zpět na|všechna práva vyhrazena|nacházíte se zde|jste zde|sdílet na|0 komentářů|
jedna odpověď|pro přidání komentáře|musíte být přihlášen|přidejte se|staňte se|používáme wordpress|
běží na)"},
    {Use::kInside, R"(váš prohlížeč nepodporuje|aktualizujte prohlížeč|všechna práva vyhrazena|
jakékoliv užití obsahu|bez písemného souhlasu|bez předchozího písemného|tento web používá cookies|
tento web používá soubory cookie|tyto stránky používají cookies|
tyto stránky používají soubory cookie|používáme cookies|používáme soubory cookie|
e-mailová adresa nebude zveřejněna|vyžadované informace jsou označeny|náš newsletter|
našeho newsletteru|odběru newsletteru|odběru novinek|sledujte nás na|sdílejte tento|
zanechte komentář|pro přidání komentáře se|musíte být přihlášeni|zapněte javascript|
povolte javascript|uložit do prohlížeče jméno|upozornit na nové komentáře|našimi zásadami ochrany|
souhlasíte s používáním cookies|souhlasíte s používáním souborů cookie|napište nám do komentářů|
dejte nám vědět v komentářích)"},
    // Croatian, Serbian and Slovenian.
    {Use::kSection, R"(povezani članci|povezani postovi|povezane vijesti|povezane vesti|
povezane objave|povezani tekstovi|povezani sadržaj|povezani proizvodi|slični članci|slične vijesti|
slične vesti|slični proizvodi|srodni članci|vezane vesti|vezane vijesti|pročitajte još|pročitaj još|
pročitajte i|pročitajte i ovo|pročitajte više|pročitaj više|čitajte još|čitajte i|pogledajte još|
pogledajte i|vidi još|vidi i|možda će vas zanimati|možda vas zanima|moglo bi vas zanimati|
moglo bi vam se svidjeti|možda će vam se svideti|možda će vam se svidjeti|preporučujemo|preporučeno|
preporučeni članci|preporuka|najčitanije|najčitaniji članci|najpopularnije|popularno|
najnovije vijesti|najnovije vesti|ostale vijesti|ostale vesti|drugi članci|više o temi|više na temu|
ne propustite|navigacija objava|navigacija članaka|kretanje članaka|o autoru|o autorki|podijeli|
podeli|podijelite|podelite|podijeli članak|podeli članak|podijelite članak|podelite članak|
podijeli na|podeli na|pratite nas|pratite nas na|prijavite se na newsletter|prijava na newsletter|
prijavi se na newsletter|sorodni članki|sorodne novice|sorodne vsebine|sorodne objave|
podobni članki|povezani članki|povezane novice|povezane vsebine|preberite še|preberi še|
preberite tudi|preberite več|preberi več|oglejte si tudi|glej tudi|poglejte še|morda vas zanima|
morda vas bo zanimalo|morda vam bo všeč|priporočamo|priporočeni članki|najbolj brano|najbolj brani|
najbolj priljubljeno|zadnje novice|druge novice|več novic|več o temi|ne zamudite|
navigacija prispevka|navigacija prispevkov|o avtorju|o avtorici|deli|delite|deli članek|
delite članek|deli na|spremljajte nas|sledite nam|prijavite se na e-novice|naročite se na e-novice|
prijava na novice)"},
    {Use::kComments, R"(ostavite komentar|ostavi komentar|napišite komentar|napiši komentar|
dodaj komentar|dodajte komentar|komentiraj|komentariši|komentirajte|pošalji komentar|
pošaljite komentar|ostavite odgovor|ostavi odgovor|odgovori|odustani od odgovora|
odgovori odustani od odgovora|otkaži odgovor|0 komentara|0 komentar|komentari 0|nema komentara|
vaš komentar|dodaj svoj komentar|0 komentarjev|0 komentarji|brez komentarjev|ni komentarjev|
napišite odgovor|oddaj komentar|prekliči odgovor|dodaj odgovor prekliči odgovor)"},
    {Use::kLast, R"(komentari|komentar|kategorije|oznake|tagovi|arhiva|arhiv|arhive|nedavne objave|
nedavni komentari|zadnje objave|najnovije|najnovije objave|skorašnji članci|skorašnji komentari|
poslednje vesti|vijesti|vesti|linkovi|korisni linkovi|poveznice|mapa sajta|partneri|teme|komentarji|
značke|zadnji prispevki|nedavni prispevki|najnovejši prispevki|najnovejši komentarji|novice|
povezave|uporabne povezave|zemljevid strani|povezano)"},
    {Use::kLine, R"(kod je kopiran u vaš clipboard|direktan link|slušajte uživo|pogledajte slušajte|
podijeli|podeli|podijelite|ispis|ispiši|odštampaj|štampaj|štampa|isprintaj|pročitaj više|
pročitajte više|opširnije|detaljnije|više|više informacija|saznaj više|saznajte više|prikaži više|
prikaži sve|pogledaj sve|vidi sve|učitaj više|nastavi čitati|nastavi čitanje|oglas|oglasi|prijava|
prijavi se|prijavite se|registracija|registriraj se|registruj se|odgovori|na vrh|povratak na vrh|
povratak na početak|preskoči na sadržaj|skoči na sadržaj|pređi na sadržaj|traži|pretraži|pretraga|
pretraživanje|izbornik|meni|naslovnica|početna|zatvori|sljedeća|sledeća|sljedeći|sledeći|prethodna|
prethodni|sljedeća stranica|prethodna stranica|sledeća strana|prethodna strana|sljedeći članak|
sledeći članak|prethodni članak|natrag|nazad|učitavanje|sviđa mi se|dodaj u košaricu|dodaj u korpu|
kupi|vaše ime|vaš email|pretplati se|pretplatite se|deli|delite|natisni|tiskaj|preberi več|
preberite več|več|več informacij|izvedi več|izvedite več|pokaži več|prikaži več|prikaži vse|
poglej vse|naloži več|oglasno sporočilo|vpis|na začetek|nazaj na vrh|skoči na vsebino|
preskoči na vsebino|išči|iskanje|domov|zapri|naslednja|naslednji|prejšnja|prejšnji|naslednji članek|
prejšnji članek|nalaganje|všeč mi je|dodaj v košarico|naroči se|naročite se)"},
    {Use::kStart, R"(pročitajte još|pročitaj još|pročitajte i|pročitaj i|pročitajte više|
čitajte još|čitajte i|pogledajte i|pogledajte još|vidi i|vidi još|više o|objavljeno|objavio|
objavila|napisao|napisala|piše|zadnja izmjena|posljednja izmjena|poslednja izmena|zadnje ažuriranje|
poslednje ažurirano|ažurirano|kategorija|kategorije|oznake|tagovi|vrijeme čitanja|vreme čitanja|
sljedeći članak|sledeći članak|prethodni članak|pratite nas|pretplatite se|prijavite se|
kliknite ovdje|kliknite ovde|povratak na|natrag na|nazad na|sva prava pridržana|sva prava zadržana|
ovdje ste|nalazite se|podijeli na|podeli na|0 komentara|morate biti prijavljeni|
morate biti ulogovani|preberite še|preberi še|preberite tudi|preberite več|glej tudi|več o|napisal|
avtor|zadnja sprememba|posodobljeno|čas branja|naslednji članek|prejšnji članek|spremljajte nas|
sledite nam|naročite se|kliknite tukaj|nazaj na|vse pravice pridržane|tukaj ste|nahajate se|deli na|
0 komentarjev|za komentiranje)"},
    {Use::kInside, R"(vaš preglednik ne podržava|vaš pregledač ne podržava|vaš brskalnik ne podpira|
sva prava pridržana|sva prava zadržana|ova stranica koristi kolačiće|
ova web stranica koristi kolačiće|ovaj sajt koristi kolačiće|ovaj sajt koristi cookies|
koristimo kolačiće|adresa e-pošte neće biti objavljena|email adresa neće biti objavljena|
neophodna polja su|obavezna polja su|naš newsletter|pratite nas na|pratite nas putem|
podijelite ovaj|podelite ovaj|ostavite komentar|morate biti prijavljeni|morate biti ulogovani|
uključite javascript|omogućite javascript|spremi moje ime|sačuvaj moje ime|
dozvoljeno je preuzimanje|zabranjeno je preuzimanje|nije dozvoljeno|stavovi redakcije|
vse pravice pridržane|ta stran uporablja piškotke|ta spletna stran uporablja piškotke|
spletno mesto uporablja piškotke|uporabljamo piškotke|e-naslov ne bo objavljen|zahtevana polja so|
sledite nam na|spremljajte nas na|delite ta|omogočite javascript|shrani moje ime|
našu politiku privatnosti|naša pravila privatnosti|našo politiko zasebnosti|
prijavite se na e-novice|pristajete na korištenje kolačića|slažete se s korištenjem kolačića|
pristajete na upotrebu kolačića|saglasni ste sa korišćenjem kolačića|
se strinjate z uporabo piškotkov|napišite nam u komentarima|javite nam u komentarima)"},
    // Serbian in Cyrillic.
    {Use::kSection, R"(повезани чланци|повезане вести|слични чланци|сличне вести|прочитајте још|
прочитај још|прочитајте и|читајте још|погледајте још|можда ће вас занимати|препоручујемо|
препоручено|најчитаније|најпопуларније|најновије вести|остале вести|навигација чланака|
кретање чланака|о аутору|подели|поделите|поделите чланак|пратите нас)"},
    {Use::kComments, R"(оставите коментар|напишите коментар|додај коментар|пошаљи коментар|
коментариши|оставите одговор|одговори|одустани од одговора|нема коментара)"},
    {Use::kLast, R"(категорије|ознаке|тагови|архива|архиве|скорашњи чланци|скорашњи коментари|
последње вести|најновије|вести|контакт|линкови|мапа сајта|теме)"},
    {Use::kLine, R"(подели|поделите|штампај|одштампај|штампа|прочитај више|прочитајте више|
опширније|детаљније|више|сазнај више|сазнајте више|прикажи више|прикажи све|оглас|пријава|
пријави се|регистрација|одговори|на врх|повратак на врх|пређи на садржај|претрага|тражи|мени|
почетна|следећа|следећи|претходна|претходни|следећи чланак|претходни чланак|учитавање|
свиђа ми се)"},
    {Use::kStart, R"(прочитајте још|прочитај још|прочитајте и|читајте још|погледајте и|објављено|
објавио|објавила|написао|аутор|последња измена|последње ажурирање|ажурирано|категорија|категорије|
ознаке|тагови|време читања|следећи чланак|претходни чланак|пратите нас|претплатите се|кликните овде|
повратак на|назад на|сва права задржана|налазите се|подели на|морате бити пријављени)"},
    {Use::kInside, R"(сва права задржана|овај сајт користи колачиће|користимо колачиће|
адреса неће бити објављена|неопходна поља су|обавезна поља су|пратите нас на|поделите овај|
оставите коментар|морате бити пријављени|укључите javascript|сачувај моје име|
дозвољено је преузимање|сагласни сте са коришћењем колачића)"},
    // Hungarian.
    {Use::kSection, R"(kapcsolódó cikkek|kapcsolódó bejegyzések|kapcsolódó hírek|
kapcsolódó tartalom|kapcsolódó tartalmak|kapcsolódó anyagok|kapcsolódó termékek|hasonló cikkek|
hasonló bejegyzések|hasonló termékek|ajánlott cikkek|ajánlott tartalmak|ajánljuk még|ajánlatunk|
ajánló|ezeket is olvasta már|olvasd el ezt is|olvassa el ezt is|olvasd el|ez is érdekelheti|
ez is érdekelhet|ezek is érdekelhetik|ezek is érdekelhetnek|ez is érdekelheti önt|további cikkek|
további hírek|további cikkeink|még több|legolvasottabb|legolvasottabb cikkek|legnépszerűbb|
legnépszerűbb cikkek|ne hagyd ki|ne maradj le|bejegyzés navigáció|bejegyzések navigációja|
a szerzőről|szerzőről|oszd meg|oszd meg másokkal|oszd meg ismerőseiddel|cikk megosztása|megosztás|
kövess minket|kövessen minket|iratkozz fel hírlevelünkre|iratkozzon fel hírlevelünkre|
hírlevél feliratkozás|feliratkozás hírlevélre)"},
    {Use::kComments, R"(szólj hozzá|szóljon hozzá|hozzászólás írása|hozzászólok|írj hozzászólást|
új hozzászólás|hozzászólás|vélemény hozzászólás|vélemény hozzászólás válasz megszakítása|
válasz megszakítása|0 hozzászólás|hozzászólások 0|nincs hozzászólás|még nincs hozzászólás|0 komment|
kommentek|kommentek 0|szólj hozzá te is|hozzászólok a cikkhez)"},
    {Use::kLast, R"(hozzászólások|kategóriák|kategória|címkék|archívum|archívumok|
legutóbbi bejegyzések|legutóbbi hozzászólások|legfrissebb|legfrissebb hírek|friss hírek|
legújabb cikkek|hírek|kapcsolat|linkek|hasznos linkek|oldaltérkép|partnereink|témák|hírlevél)"},
    {Use::kLine, R"(megosztás|megosztom|nyomtatás|nyomtatható változat|tovább|tovább olvasom|
tovább a cikkre|bővebben|olvass tovább|olvasson tovább|további információ|több információ|
mutass többet|továbbiak betöltése|összes megtekintése|hirdetés|reklám|bejelentkezés|belépés|
regisztráció|válasz|vissza a tetejére|lap tetejére|az oldal tetejére|ugrás a tartalomra|
ugrás a tartalomhoz|tovább a tartalomra|keresés|főoldal|kezdőlap|bezár|bezárás|következő|előző|
következő oldal|előző oldal|következő bejegyzés|előző bejegyzés|következő cikk|előző cikk|vissza|
betöltés|tetszik|kosárba|kosárba teszem|név|az ön neve|feliratkozom|feliratkozás|
a cikk a hirdetés után folytatódik|a cikk folytatódik)"},
    {Use::kStart, R"(olvasd el|olvassa el|olvasta már|kapcsolódó|lásd még|közzétéve|közzétette|
publikálva|írta|szerző|utolsó frissítés|utoljára frissítve|frissítve|kategória|kategóriák|címkék|
címke|olvasási idő|fotó ©|kép forrása|következő bejegyzés|előző bejegyzés|kövess minket|
kövessen minket|iratkozz fel|iratkozzon fel|kattints ide|kattintson ide|vissza a|
minden jog fenntartva|ön itt áll|itt vagy|oszd meg|0 hozzászólás|jelentkezz be|jelentkezzen be|
csatlakozz|lájkolj minket|tetszett a cikk|ha tetszett)"},
    {Use::kInside, R"(böngészője nem támogatja|frissítse böngészőjét|minden jog fenntartva|
ez a weboldal sütiket használ|az oldal sütiket használ|weboldalunk sütiket|oldalunk cookie|
sütiket használunk|cookie kat használunk|e-mail címet nem tesszük közzé|
email címet nem tesszük közzé|a kötelező mezőket|hírlevelünkre|hírlevelünket|kövess minket|
kövessen minket|facebook oldalunk|jelentkezz be a|engedélyezze a javascript|a nevem e-mail címem|
adatkezelési tájékoztatónk|oszd meg ismerőseiddel|a facebook oldalunkat|
elfogadja a sütik használatát|hozzájárul a sütik használatához|elfogadja a cookie k használatát|
írd meg kommentben|írjátok meg kommentben)"},
};
// clang-format on

}  // namespace

std::span<const FurniturePhrases> FurniturePhraseTableEast() { return kTable; }

}  // namespace cria::corpus
