"""What the block-printing demonstration says in French: words of its forms, report and summary pages.

Called by make_block_printing.py. Everything is invented.
"""

FRENCH = """
# What the forms of this assessment say in French beside the catalogue's words.

[group]
home-worker-women = "Femmes qui travaillent à domicile"
wage-men = "Hommes salariés"
wage-women = "Femmes salariées"
own-account = "Imprimeurs à leur compte"
small-subcontractors = "Petits sous-traitants"

[question]
dye_allergy = "Le mois dernier, les teintures vous ont-elles donné des rougeurs ou de la peine à respirer \
?"
guard_on_machine = "Y a-t-il des protections sur les parties mobiles ou chaudes de l’étuve ou d’autres \
machines là où vous travaillez ?"

# For the report and the groups' summary pages: the assessment's own indicator, and what was said or \
written by itself.
[indicator]
dye_allergy = "Travailleurs qui ont eu des rougeurs ou de la peine à respirer à cause des teintures"

[wave]
baseline = "Début 2022, avant le programme"
followup = "Début 2024, deux ans après"

[said]
"Rangpura block printers (invented)" = "Imprimeurs à la planche de Rangpura (inventé)"
"Rangpura cluster development programme (invented)" = "Programme de développement de Rangpura (inventé)"
"Hand block printing in Rangpura (invented): poverty and social impact of a cluster programme" \
= "L’impression à la planche à Rangpura (inventé) : impact d’un programme de grappe sur \
la pauvreté et la société"
"India" = "Inde"
"Hand block printing of textiles" = "Impression textile à la planche"
"Home workers" = "Travailleuses et travailleurs à domicile"
"matched" = "comparaison appariée"
"researchers of an invented university" = "des chercheurs d’une université inventée"
"Reserve a third of the centre's border work for women who print at home" = "Réserver un tiers des \
bordures du centre aux femmes qui impriment chez elles"
"Open a creche at the centre so that home workers can take workshop jobs" = "Ouvrir une crèche au centre \
pour que celles qui travaillent chez elles puissent prendre un emploi d’atelier"
"Put fans over the new vats and measure the air" = "Mettre des ventilateurs au-dessus des nouvelles cuves \
et mesurer l’air"
"Give each washer gloves and boots, and renew them twice a year" = "Donner à chaque laveuse des gants et \
des bottes, et les renouveler deux fois par an"
"Buy cloth together, so that own-account printers pay the workshops' price" = "Acheter le tissu ensemble, \
pour que les imprimeurs à leur compte paient le prix des ateliers"
"Talk with the bank on terms that follow the season" = "Parler avec la banque de délais qui suivent la \
saison"
"Hang a list of harmful dyes in each workshop" = "Afficher dans chaque atelier une liste des teintures \
nocives"
"Set up a poverty monitoring committee with two people of each group" = "Former un comité de suivi de la \
pauvreté avec deux personnes de chaque groupe"
"Read the summary of each group out in its own lanes" = "Lire le résumé de chaque groupe dans ses propres \
ruelles"
"Post the piece rates of each week at the centre and in the lanes" = "Afficher chaque semaine les prix à \
la pièce au centre et dans les ruelles"
"manager of the common facility centre" = "gérante du centre commun"
"federation of savings groups" = "fédération des groupes d’épargne"
"block printers' association" = "association des imprimeurs"
"health post" = "poste de santé"
"chair of the steering committee" = "présidente du comité de pilotage"
"field coordinator" = "coordinateur de terrain"
"officer for industries" = "bureau des industries"
"home worker" = "une travailleuse à domicile"
"printer by the day" = "un imprimeur à la journée"
"steamer" = "un étuveur"
"a woman who prints at home" = "une femme qui imprime chez elle"
"a man who prints in a workshop" = "un homme qui imprime dans un atelier"
"a woman who works in a workshop" = "une femme qui travaille dans un atelier"
"an own-account printer" = "un imprimeur à son compte"
"The borders are printed at the centre now. I hear the press from my door and wait for a bundle." = "Les \
bordures s’impriment au centre maintenant. J’entends la presse de ma porte et j’attends un paquet."
"We borrow for rice what we used to borrow for cloth." = "Nous empruntons pour le riz ce que nous \
empruntions pour le tissu."
"With the steamer we work through the rains." = "Avec l’étuve, nous travaillons pendant les pluies."
"There are gloves, and there is no air." = "Il y a des gants, et il n’y a pas d’air."
"The cloth goes up each season and the sari does not." = "Le tissu augmente chaque saison, et le sari \
non."
"leader of a savings group (confirmed): Loans for food have doubled in the groups; trader (contested): \
Women take other work by choice" = "responsable d’un groupe d’épargne (confirme) : dans les groupes, les \
prêts pour la nourriture ont doublé ; commerçant (conteste) : les femmes prennent un autre travail par \
choix"
"home worker: The bundles go to the workshops now" = "travailleuse à domicile : les paquets vont aux \
ateliers maintenant"
"home worker: We wait at the door for the trader" = "travailleuse à domicile : nous attendons le \
commerçant à la porte"
"printer by the day: More days and a better rate" = "imprimeur à la journée : plus de jours et un meilleur\
 tarif"
"washer of cloth: There are gloves, but the new vats stand in a closed room" = "laveuse de tissu : il y a \
des gants, mais les nouvelles cuves sont dans une pièce fermée"
"officer for industries: The centre was built for fewer vats than stand there" = "bureau des industries : \
le centre a été bâti pour moins de cuves qu’il n’y en a"
"forewoman: Pay comes to our own accounts" = "contremaîtresse : la paie arrive sur nos propres comptes"
"own-account printer: The figures leave out that cloth costs more" = "imprimeur à son compte : les \
chiffres ne disent pas que le tissu coûte plus cher"
"steamer: The course was long and worth it" = "étuveur : le cours a été long et en valait la peine"
"branch of the bank: Most loans are for steamers and are paid on time" = "agence de la banque : la plupart\
 des prêts sont pour des étuves et sont payés à temps"
"""
