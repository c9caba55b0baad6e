<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>segx_viewer</name>
    <message>
      <source> GB</source>
      <translation> GB</translation>
    </message>
    <message>
      <source> images/s</source>
      <translation> Bilder/s</translation>
    </message>
    <message>
      <source> megapixels</source>
      <translation> Megapixel</translation>
    </message>
    <message>
      <source> or </source>
      <translation> oder </translation>
    </message>
    <message>
      <source> seconds</source>
      <translation> Sekunden</translation>
    </message>
    <message>
      <source>"{field}"</source>
      <translation>„{field}“</translation>
    </message>
    <message>
      <source>&amp;About</source>
      <translation>Ü&amp;ber</translation>
    </message>
    <message>
      <source>&amp;Actual pixels (1:1)</source>
      <translation>&amp;Originalgröße (1:1)</translation>
    </message>
    <message>
      <source>&amp;All settings …</source>
      <translation>&amp;Alle Einstellungen …</translation>
    </message>
    <message>
      <source>&amp;Analyse again</source>
      <translation>Erneut &amp;analysieren</translation>
    </message>
    <message>
      <source>&amp;Angle</source>
      <translation>Win&amp;kel</translation>
    </message>
    <message>
      <source>&amp;Bare image (hold B)</source>
      <translation>Nur das &amp;Bild (B halten)</translation>
    </message>
    <message>
      <source>&amp;Brush</source>
      <translation>&amp;Pinsel</translation>
    </message>
    <message>
      <source>&amp;Cancel</source>
      <translation>A&amp;bbrechen</translation>
    </message>
    <message>
      <source>&amp;Capture from a folder …</source>
      <translation>&amp;Aufnehmen aus einem Ordner …</translation>
    </message>
    <message>
      <source>&amp;Close image</source>
      <translation>Bild s&amp;chließen</translation>
    </message>
    <message>
      <source>&amp;Cobb angle</source>
      <translation>&amp;Cobb-Winkel</translation>
    </message>
    <message>
      <source>&amp;Copy the values</source>
      <translation>Werte &amp;kopieren</translation>
    </message>
    <message>
      <source>&amp;Dark</source>
      <translation>&amp;Dunkel</translation>
    </message>
    <message>
      <source>&amp;Edit the region</source>
      <translation>Region &amp;bearbeiten</translation>
    </message>
    <message>
      <source>&amp;Edit the text …</source>
      <translation>Text b&amp;earbeiten …</translation>
    </message>
    <message>
      <source>&amp;Ellipse</source>
      <translation>&amp;Ellipse</translation>
    </message>
    <message>
      <source>&amp;Eraser</source>
      <translation>&amp;Radierer</translation>
    </message>
    <message>
      <source>&amp;Explain</source>
      <translation>&amp;Erklären</translation>
    </message>
    <message>
      <source>&amp;Export report …</source>
      <translation>Bericht &amp;exportieren …</translation>
    </message>
    <message>
      <source>&amp;File</source>
      <translation>&amp;Datei</translation>
    </message>
    <message>
      <source>&amp;First of the stack</source>
      <translation>&amp;Erstes des Stapels</translation>
    </message>
    <message>
      <source>&amp;Fit</source>
      <translation>&amp;Einpassen</translation>
    </message>
    <message>
      <source>&amp;Flicker</source>
      <translation>&amp;Wechselbild</translation>
    </message>
    <message>
      <source>&amp;Graphics of the file</source>
      <translation>&amp;Grafiken der Datei</translation>
    </message>
    <message>
      <source>&amp;Grid of findings and methods</source>
      <translation>&amp;Raster aus Befunden und Methoden</translation>
    </message>
    <message>
      <source>&amp;Hanging rules …</source>
      <translation>&amp;Hängeregeln …</translation>
    </message>
    <message>
      <source>&amp;Help</source>
      <translation>&amp;Hilfe</translation>
    </message>
    <message>
      <source>&amp;Image</source>
      <translation>&amp;Bild</translation>
    </message>
    <message>
      <source>&amp;Invert</source>
      <translation>&amp;Invertieren</translation>
    </message>
    <message>
      <source>&amp;Keyboard shortcuts …</source>
      <translation>&amp;Tastenkürzel …</translation>
    </message>
    <message>
      <source>&amp;Last of the stack</source>
      <translation>&amp;Letztes des Stapels</translation>
    </message>
    <message>
      <source>&amp;Layout</source>
      <translation>&amp;Layout</translation>
    </message>
    <message>
      <source>&amp;Leave the tool, or stop the film</source>
      <translation>Werkzeug ver&amp;lassen oder Film anhalten</translation>
    </message>
    <message>
      <source>&amp;Length</source>
      <translation>&amp;Länge</translation>
    </message>
    <message>
      <source>&amp;Lesion: size, ABCD, 7 points …</source>
      <translation>&amp;Läsion: Größe, ABCD, 7 Punkte …</translation>
    </message>
    <message>
      <source>&amp;Light</source>
      <translation>&amp;Hell</translation>
    </message>
    <message>
      <source>&amp;List of measurements …</source>
      <translation>&amp;Liste der Messungen …</translation>
    </message>
    <message>
      <source>&amp;Log …</source>
      <translation>&amp;Protokoll …</translation>
    </message>
    <message>
      <source>&amp;Magnifier</source>
      <translation>&amp;Lupe</translation>
    </message>
    <message>
      <source>&amp;Manage models …</source>
      <translation>Modelle &amp;verwalten …</translation>
    </message>
    <message>
      <source>&amp;Manual</source>
      <translation>&amp;Handbuch</translation>
    </message>
    <message>
      <source>&amp;Mouse buttons …</source>
      <translation>&amp;Maustasten …</translation>
    </message>
    <message>
      <source>&amp;New window</source>
      <translation>&amp;Neues Fenster</translation>
    </message>
    <message>
      <source>&amp;Next class</source>
      <translation>&amp;Nächster Befund</translation>
    </message>
    <message>
      <source>&amp;Next image</source>
      <translation>&amp;Nächstes Bild</translation>
    </message>
    <message>
      <source>&amp;Next window</source>
      <translation>&amp;Nächste Fensterung</translation>
    </message>
    <message>
      <source>&amp;Open files …</source>
      <translation>Dateien ö&amp;ffnen …</translation>
    </message>
    <message>
      <source>&amp;Overlay</source>
      <translation>Über&amp;lagerung</translation>
    </message>
    <message>
      <source>&amp;Patient's name on the image</source>
      <translation>&amp;Patientenname auf dem Bild</translation>
    </message>
    <message>
      <source>&amp;Polygon</source>
      <translation>Po&amp;lygon</translation>
    </message>
    <message>
      <source>&amp;Predicted region</source>
      <translation>&amp;Vorhergesagte Region</translation>
    </message>
    <message>
      <source>&amp;Print …</source>
      <translation>&amp;Drucken …</translation>
    </message>
    <message>
      <source>&amp;Privacy and limits …</source>
      <translation>&amp;Datenschutz und Grenzen …</translation>
    </message>
    <message>
      <source>&amp;Quit</source>
      <translation>&amp;Beenden</translation>
    </message>
    <message>
      <source>&amp;Read first, then see results</source>
      <translation>&amp;Erst befunden, dann Ergebnisse</translation>
    </message>
    <message>
      <source>&amp;Rectangle</source>
      <translation>Rec&amp;hteck</translation>
    </message>
    <message>
      <source>&amp;Redo</source>
      <translation>&amp;Wiederholen</translation>
    </message>
    <message>
      <source>&amp;Reference lines</source>
      <translation>&amp;Referenzlinien</translation>
    </message>
    <message>
      <source>&amp;Region: outline, fill, off</source>
      <translation>Re&amp;gion: Umriss, Fläche, aus</translation>
    </message>
    <message>
      <source>&amp;Reset</source>
      <translation>&amp;Zurücksetzen</translation>
    </message>
    <message>
      <source>&amp;Save session …</source>
      <translation>Sitzung &amp;speichern …</translation>
    </message>
    <message>
      <source>&amp;Settings</source>
      <translation>&amp;Einstellungen</translation>
    </message>
    <message>
      <source>&amp;Side by side</source>
      <translation>&amp;Nebeneinander</translation>
    </message>
    <message>
      <source>&amp;Tags …</source>
      <translation>&amp;Tags …</translation>
    </message>
    <message>
      <source>&amp;Text</source>
      <translation>&amp;Text</translation>
    </message>
    <message>
      <source>&amp;Texts on the image</source>
      <translation>&amp;Texte auf dem Bild</translation>
    </message>
    <message>
      <source>&amp;Time line of a lesion …</source>
      <translation>&amp;Zeitreihe einer Läsion …</translation>
    </message>
    <message>
      <source>&amp;Tools</source>
      <translation>&amp;Werkzeuge</translation>
    </message>
    <message>
      <source>&amp;Top 5 % only</source>
      <translation>Nur die &amp;obersten 5 %</translation>
    </message>
    <message>
      <source>&amp;Undo</source>
      <translation>&amp;Rückgängig</translation>
    </message>
    <message>
      <source>&amp;View</source>
      <translation>&amp;Ansicht</translation>
    </message>
    <message>
      <source>&amp;Window</source>
      <translation>&amp;Fensterung</translation>
    </message>
    <message>
      <source>&amp;Window and level</source>
      <translation>&amp;Fensterung</translation>
    </message>
    <message>
      <source>, about {count} s left</source>
      <translation>, noch etwa {count} s</translation>
    </message>
    <message>
      <source>, about {value} mm in the body</source>
      <translation>, im Körper etwa {value} mm</translation>
    </message>
    <message>
      <source>0 means that one finding has everything, 1 that all findings are equally likely. Lower is surer.</source>
      <translation>0 heißt, dass ein Befund alles hat, 1, dass alle gleich wahrscheinlich sind. Niedriger ist sicherer.</translation>
    </message>
    <message>
      <source>0.0</source>
      <translation>0,0</translation>
    </message>
    <message>
      <source>1 day</source>
      <translation>1 Tag</translation>
    </message>
    <message>
      <source>1 image</source>
      <translation>1 Bild</translation>
    </message>
    <message>
      <source>1 month</source>
      <translation>1 Monat</translation>
    </message>
    <message>
      <source>1 week</source>
      <translation>1 Woche</translation>
    </message>
    <message>
      <source>1 year</source>
      <translation>1 Jahr</translation>
    </message>
    <message>
      <source>7-point checklist</source>
      <translation>7-Punkte-Checkliste</translation>
    </message>
    <message>
      <source>95 % Hausdorff distance</source>
      <translation>95-%-Hausdorff-Abstand</translation>
    </message>
    <message>
      <source>; mostly noise where low</source>
      <translation>; wo niedrig, überwiegend Rauschen</translation>
    </message>
    <message>
      <source>&lt;h3&gt;SegX Viewer {version}&lt;/h3&gt;&lt;p&gt;Shows what a network saw in a clinical image, and how far its explanation can be trusted (SegX and SegU; Zhang, Zhu, Luo, PMLR 281, 2025).&lt;/p&gt;&lt;p&gt;&lt;b&gt;Research use only - not for diagnosis.&lt;/b&gt;&lt;/p&gt;</source>
      <translation>&lt;h3&gt;SegX Viewer {version}&lt;/h3&gt;&lt;p&gt;Zeigt, was ein Netz in einem klinischen Bild gesehen hat und wie weit seiner Erklärung zu trauen ist (SegX und SegU; Zhang, Zhu, Luo, PMLR 281, 2025).&lt;/p&gt;&lt;p&gt;&lt;b&gt;Nur für Forschungszwecke - nicht für die Diagnose.&lt;/b&gt;&lt;/p&gt;</translation>
    </message>
    <message>
      <source>&lt;p&gt;Method: &lt;a href="{paper}"&gt;{paper}&lt;/a&gt;&lt;/p&gt;&lt;p&gt;Program: Apache License 2.0, &lt;a href="{licence}"&gt;{licence}&lt;/a&gt;&lt;/p&gt;&lt;p&gt;Models have licences of their own, some of them non-commercial: see the models' cards. Qt (PySide6) is used under the LGPL 3; icons are Lucide's (ISC).&lt;/p&gt;</source>
      <translation>&lt;p&gt;Methode: &lt;a href="{paper}"&gt;{paper}&lt;/a&gt;&lt;/p&gt;&lt;p&gt;Programm: Apache License 2.0, &lt;a href="{licence}"&gt;{licence}&lt;/a&gt;&lt;/p&gt;&lt;p&gt;Modelle haben eigene Lizenzen, einige davon nicht-kommerziell: siehe die Karten der Modelle. Qt (PySide6) wird unter der LGPL 3 benutzt; die Symbole sind von Lucide (ISC).&lt;/p&gt;</translation>
    </message>
    <message>
      <source>a breast ultrasound</source>
      <translation>ein Ultraschallbild der Brust</translation>
    </message>
    <message>
      <source>a chest radiograph</source>
      <translation>eine Thoraxaufnahme</translation>
    </message>
    <message>
      <source>A click with the right button opens the menu. Space and the left button always pan; Ctrl and the wheel always zoom. Colour pictures have no window: there, such a drag pans.</source>
      <translation>Ein Klick mit der rechten Taste öffnet das Menü. Leertaste mit linker Taste verschiebt immer, Strg mit Rad zoomt immer. Farbbilder haben keine Fensterung: Dort verschiebt ein solches Ziehen das Bild.</translation>
    </message>
    <message>
      <source>a CT slice</source>
      <translation>eine CT-Schicht</translation>
    </message>
    <message>
      <source>a dermoscopy image</source>
      <translation>ein Dermatoskopiebild</translation>
    </message>
    <message>
      <source>A file that asks for more is refused with a message. Holds from the next file on.</source>
      <translation>Eine Datei, die mehr verlangt, wird mit einer Meldung abgelehnt. Gilt ab der nächsten Datei.</translation>
    </message>
    <message>
      <source>a folder of its own</source>
      <translation>ein eigener Ordner</translation>
    </message>
    <message>
      <source>a lateral</source>
      <translation>eine seitliche</translation>
    </message>
    <message>
      <source>A millimetre of the image is a millimetre on paper, if the printer does not scale the page.</source>
      <translation>Ein Millimeter im Bild ist ein Millimeter auf dem Papier, sofern der Drucker die Seite nicht skaliert.</translation>
    </message>
    <message>
      <source>A network with random parameters gives much the same map (rank correlation {likeness:.2f} with random parameters).</source>
      <translation>Ein Netz mit zufälligen Parametern gibt fast dieselbe Karte (Rangkorrelation {likeness:.2f} bei zufälligen Parametern).</translation>
    </message>
    <message>
      <source>A new window could not be opened.</source>
      <translation>Ein neues Fenster ließ sich nicht öffnen.</translation>
    </message>
    <message>
      <source>A page for each of {count} images</source>
      <translation>Eine Seite für jedes von {count} Bildern</translation>
    </message>
    <message>
      <source>a PET slice</source>
      <translation>eine PET-Schicht</translation>
    </message>
    <message>
      <source>a scintigram</source>
      <translation>ein Szintigramm</translation>
    </message>
    <message>
      <source>A&amp;utomatic window</source>
      <translation>A&amp;utomatische Fensterung</translation>
    </message>
    <message>
      <source>A: axes that are not symmetric</source>
      <translation>A: Achsen, die nicht symmetrisch sind</translation>
    </message>
    <message>
      <source>ABCD rule</source>
      <translation>ABCD-Regel</translation>
    </message>
    <message>
      <source>Abdomen</source>
      <translation>Abdomen</translation>
    </message>
    <message>
      <source>abdomen</source>
      <translation>Bauch</translation>
    </message>
    <message>
      <source>Abdomen and pelvis</source>
      <translation>Abdomen und Becken</translation>
    </message>
    <message>
      <source>About SegX Viewer</source>
      <translation>Über SegX Viewer</translation>
    </message>
    <message>
      <source>above its cut-off of {cut_off}</source>
      <translation>über seinem Grenzwert von {cut_off}</translation>
    </message>
    <message>
      <source>ABSTAIN</source>
      <translation>KEINE AUSSAGE</translation>
    </message>
    <message>
      <source>accepted</source>
      <translation>angenommen</translation>
    </message>
    <message>
      <source>Accession number</source>
      <translation>Auftragsnummer</translation>
    </message>
    <message>
      <source>acquisition {value}</source>
      <translation>Aufnahme {value}</translation>
    </message>
    <message>
      <source>Actinic keratosis / Bowen's disease</source>
      <translation>Aktinische Keratose / Morbus Bowen</translation>
    </message>
    <message>
      <source>Add</source>
      <translation>Hinzufügen</translation>
    </message>
    <message>
      <source>Add a model</source>
      <translation>Modell hinzufügen</translation>
    </message>
    <message>
      <source>Add …</source>
      <translation>Hinzufügen …</translation>
    </message>
    <message>
      <source>Added {name}.</source>
      <translation>{name} hinzugefügt.</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>Adresse</translation>
    </message>
    <message>
      <source>Address of the images, such as s3://cohort/in</source>
      <translation>Adresse der Bilder, etwa s3://kohorte/bilder</translation>
    </message>
    <message>
      <source>Address of the results, such as s3://cohort/out</source>
      <translation>Adresse der Ergebnisse, etwa s3://kohorte/ergebnisse</translation>
    </message>
    <message>
      <source>Adrenal gland</source>
      <translation>Nebenniere</translation>
    </message>
    <message>
      <source>adults</source>
      <translation>Erwachsenen</translation>
    </message>
    <message>
      <source>Adults' chest radiograph: fourteen findings</source>
      <translation>Thoraxaufnahme Erwachsener: vierzehn Befunde</translation>
    </message>
    <message>
      <source>After a drawing</source>
      <translation>Nach einer Zeichnung</translation>
    </message>
    <message>
      <source>Against the first picture</source>
      <translation>Gegen das erste Bild</translation>
    </message>
    <message>
      <source>ALIGNMENTS</source>
      <translation>ÜBEREINSTIMMUNGEN</translation>
    </message>
    <message>
      <source>All certainties</source>
      <translation>Alle Sicherheiten</translation>
    </message>
    <message>
      <source>All figures (JSON)</source>
      <translation>Alle Zahlen (JSON)</translation>
    </message>
    <message>
      <source>All files are as they were installed.</source>
      <translation>Alle Dateien sind, wie sie installiert wurden.</translation>
    </message>
    <message>
      <source>All images</source>
      <translation>Alle Bilder</translation>
    </message>
    <message>
      <source>All images of the study that are open</source>
      <translation>Alle geöffneten Bilder der Untersuchung</translation>
    </message>
    <message>
      <source>All values</source>
      <translation>Alle Werte</translation>
    </message>
    <message>
      <source>Also the pictures that are there already</source>
      <translation>Auch die Bilder, die schon da sind</translation>
    </message>
    <message>
      <source>an image of modality {name}</source>
      <translation>ein Bild der Modalität {name}</translation>
    </message>
    <message>
      <source>An invisible change of the picture (at most {radius:g} in input units) changes the map by up to {change:.0%}.</source>
      <translation>Eine unsichtbare Änderung des Bildes (höchstens {radius:g} in Einheiten der Eingabe) ändert die Karte um bis zu {change:.0%}.</translation>
    </message>
    <message>
      <source>an MR slice</source>
      <translation>eine MR-Schicht</translation>
    </message>
    <message>
      <source>an MR slice of a brain tumour after contrast</source>
      <translation>eine MR-Schicht eines Hirntumors nach Kontrastmittel</translation>
    </message>
    <message>
      <source>an oblique</source>
      <translation>eine schräge</translation>
    </message>
    <message>
      <source>an ultrasound</source>
      <translation>ein Ultraschallbild</translation>
    </message>
    <message>
      <source>Angle</source>
      <translation>Winkel</translation>
    </message>
    <message>
      <source>angle</source>
      <translation>Winkel</translation>
    </message>
    <message>
      <source>Ankle</source>
      <translation>Sprunggelenk</translation>
    </message>
    <message>
      <source>any day</source>
      <translation>beliebig</translation>
    </message>
    <message>
      <source>Aorta</source>
      <translation>Aorta</translation>
    </message>
    <message>
      <source>Apple graphics (MPS)</source>
      <translation>Apple-Grafik (MPS)</translation>
    </message>
    <message>
      <source>Architecture</source>
      <translation>Architektur</translation>
    </message>
    <message>
      <source>Archive</source>
      <translation>Archiv</translation>
    </message>
    <message>
      <source>Archives</source>
      <translation>Archive</translation>
    </message>
    <message>
      <source>Archives …</source>
      <translation>Archive …</translation>
    </message>
    <message>
      <source>Area</source>
      <translation>Fläche</translation>
    </message>
    <message>
      <source>Area changed</source>
      <translation>Flächenänderung</translation>
    </message>
    <message>
      <source>Area of the region: {change} % ({by}).</source>
      <translation>Fläche der Region: {change} % ({by}).</translation>
    </message>
    <message>
      <source>area {area} {unit}</source>
      <translation>Fläche {area} {unit}</translation>
    </message>
    <message>
      <source>area {area} {unit}², largest diameter {diameter} {unit}</source>
      <translation>Fläche {area} {unit}², größter Durchmesser {diameter} {unit}</translation>
    </message>
    <message>
      <source>Area {area} {unit}², largest diameter {diameter} {unit}.</source>
      <translation>Fläche {area} {unit}², größter Durchmesser {diameter} {unit}.</translation>
    </message>
    <message>
      <source>Arm</source>
      <translation>Arm</translation>
    </message>
    <message>
      <source>Arro&amp;w</source>
      <translation>&amp;Pfeil</translation>
    </message>
    <message>
      <source>Arrow</source>
      <translation>Pfeil</translation>
    </message>
    <message>
      <source>arrow</source>
      <translation>Pfeil</translation>
    </message>
    <message>
      <source>As analysed</source>
      <translation>Wie analysiert</translation>
    </message>
    <message>
      <source>As opened</source>
      <translation>Wie geöffnet</translation>
    </message>
    <message>
      <source>Asking {name} …</source>
      <translation>Frage {name} …</translation>
    </message>
    <message>
      <source>Asymmetry</source>
      <translation>Asymmetrie</translation>
    </message>
    <message>
      <source>at the detector</source>
      <translation>am Detektor</translation>
    </message>
    <message>
      <source>Atelectasis</source>
      <translation>Atelektase</translation>
    </message>
    <message>
      <source>Attribution</source>
      <translation>Attribution</translation>
    </message>
    <message>
      <source>Attribution inside the region</source>
      <translation>Attribution in der Region</translation>
    </message>
    <message>
      <source>Attribution inside, over chance</source>
      <translation>Attribution innen gegen Zufall</translation>
    </message>
    <message>
      <source>Attribution method (M: next)</source>
      <translation>Attributionsmethode (M: nächste)</translation>
    </message>
    <message>
      <source>Attribution outside the region</source>
      <translation>Attribution außerhalb der Region</translation>
    </message>
    <message>
      <source>Attribution outside the {region}</source>
      <translation>Attribution außerhalb ({region})</translation>
    </message>
    <message>
      <source>attribution, {scaling}; one scale for both maps; values near 0 are transparent</source>
      <translation>Attribution, {scaling}; eine Skala für beide Karten; Werte nahe 0 sind durchsichtig</translation>
    </message>
    <message>
      <source>attribution, {scaling}; values near 0 are transparent</source>
      <translation>Attribution, {scaling}; Werte nahe 0 sind durchsichtig</translation>
    </message>
    <message>
      <source>Attribution: how strongly a pixel speaks for the class. Original and SegX share this scale.</source>
      <translation>Attribution: wie stark ein Bildpunkt für den Befund spricht. Original und SegX teilen diese Skala.</translation>
    </message>
    <message>
      <source>atypical pigment network</source>
      <translation>atypisches Pigmentnetz</translation>
    </message>
    <message>
      <source>atypical vascular pattern</source>
      <translation>atypisches Gefäßmuster</translation>
    </message>
    <message>
      <source>AUROC of telling right from wrong: {badge}; the network's own confidence alone: {own}.</source>
      <translation>AUROC für richtig gegen falsch: {badge}; die eigene Zuversicht des Netzes allein: {own}.</translation>
    </message>
    <message>
      <source>Authorisation</source>
      <translation>Anmeldung</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>Automatisch</translation>
    </message>
    <message>
      <source>automatic</source>
      <translation>automatisch</translation>
    </message>
    <message>
      <source>Average surface distance</source>
      <translation>Mittlerer Oberflächenabstand</translation>
    </message>
    <message>
      <source>axial</source>
      <translation>axial</translation>
    </message>
    <message>
      <source>Axilla</source>
      <translation>Achselhöhle</translation>
    </message>
    <message>
      <source>b = {value} s/mm²</source>
      <translation>b = {value} s/mm²</translation>
    </message>
    <message>
      <source>B&amp;lend</source>
      <translation>Ü&amp;berblenden</translation>
    </message>
    <message>
      <source>B: eighths where the pigment ends abruptly</source>
      <translation>B: Achtel, in denen das Pigment abrupt endet</translation>
    </message>
    <message>
      <source>Back</source>
      <translation>Hinten</translation>
    </message>
    <message>
      <source>back</source>
      <translation>hinten</translation>
    </message>
    <message>
      <source>back of the head</source>
      <translation>Hinterkopf</translation>
    </message>
    <message>
      <source>back of the knee</source>
      <translation>Kniekehle</translation>
    </message>
    <message>
      <source>Back of trunk</source>
      <translation>Rücken</translation>
    </message>
    <message>
      <source>Back to the form</source>
      <translation>Zurück zum Formular</translation>
    </message>
    <message>
      <source>backwards</source>
      <translation>rückwärts</translation>
    </message>
    <message>
      <source>Bacterial pneumonia</source>
      <translation>Bakterielle Pneumonie</translation>
    </message>
    <message>
      <source>Badge</source>
      <translation>Abzeichen</translation>
    </message>
    <message>
      <source>Bare image, while held</source>
      <translation>Nur das Bild, solange gehalten</translation>
    </message>
    <message>
      <source>Basal cell carcinoma</source>
      <translation>Basalzellkarzinom</translation>
    </message>
    <message>
      <source>BASELINES</source>
      <translation>VERGLEICHSWERTE</translation>
    </message>
    <message>
      <source>beginning of the name; * and ? are wild cards</source>
      <translation>Anfang des Namens; * und ? sind Platzhalter</translation>
    </message>
    <message>
      <source>below {seconds} s</source>
      <translation>unter {seconds} s</translation>
    </message>
    <message>
      <source>benign</source>
      <translation>gutartig</translation>
    </message>
    <message>
      <source>Benign keratosis</source>
      <translation>Benigne Keratose</translation>
    </message>
    <message>
      <source>Benign lesion</source>
      <translation>Gutartige Veränderung</translation>
    </message>
    <message>
      <source>beside the drawing</source>
      <translation>neben der Zeichnung</translation>
    </message>
    <message>
      <source>beside the drawing ({view})</source>
      <translation>neben der Zeichnung ({view})</translation>
    </message>
    <message>
      <source>between</source>
      <translation>zwischen</translation>
    </message>
    <message>
      <source>Between a head's layers</source>
      <translation>Zwischen den Schichten eines Kopfes</translation>
    </message>
    <message>
      <source>black</source>
      <translation>schwarz</translation>
    </message>
    <message>
      <source>Black parts are blanked in every frame for good. Drag to blank another part, click on one to keep it. The search finds typed text, not everything: the decision is yours.</source>
      <translation>Schwarze Teile werden in jedem Einzelbild endgültig gelöscht. Ziehen schwärzt einen weiteren Teil, ein Klick darauf behält ihn. Die Suche findet getippten Text, nicht alles: Sie entscheiden.</translation>
    </message>
    <message>
      <source>Bladder</source>
      <translation>Harnblase</translation>
    </message>
    <message>
      <source>Blank what looks like text in a picture</source>
      <translation>Schwärzen, was in einem Bild wie Text aussieht</translation>
    </message>
    <message>
      <source>Blend</source>
      <translation>Blende</translation>
    </message>
    <message>
      <source>Blend of original and SegX</source>
      <translation>Überblendung von Original und SegX</translation>
    </message>
    <message>
      <source>blue-grey</source>
      <translation>blaugrau</translation>
    </message>
    <message>
      <source>blue-whitish veil</source>
      <translation>blau-weißlicher Schleier</translation>
    </message>
    <message>
      <source>body map</source>
      <translation>Körperschema</translation>
    </message>
    <message>
      <source>Body map: {place}</source>
      <translation>Körperkarte: {place}</translation>
    </message>
    <message>
      <source>Body site</source>
      <translation>Körperstelle</translation>
    </message>
    <message>
      <source>Bone</source>
      <translation>Knochen</translation>
    </message>
    <message>
      <source>Bones and mediastinum</source>
      <translation>Knochen und Mediastinum</translation>
    </message>
    <message>
      <source>Border</source>
      <translation>Begrenzung</translation>
    </message>
    <message>
      <source>Border: compactness {compactness} (a disc has 1), solidity {solidity} (convex has 1).</source>
      <translation>Rand: Kompaktheit {compactness} (Kreisscheibe 1), Solidität {solidity} (konvex 1).</translation>
    </message>
    <message>
      <source>Born</source>
      <translation>Geboren</translation>
    </message>
    <message>
      <source>born {date}</source>
      <translation>geb. {date}</translation>
    </message>
    <message>
      <source>Both are kept on this computer only, in files that only you can read.</source>
      <translation>Beides bleibt auf diesem Rechner, in Dateien, die nur Sie lesen können.</translation>
    </message>
    <message>
      <source>both sides</source>
      <translation>beidseitig</translation>
    </message>
    <message>
      <source>Brain</source>
      <translation>Gehirn</translation>
    </message>
    <message>
      <source>brain MR</source>
      <translation>Hirn-MR</translation>
    </message>
    <message>
      <source>Brain MR after contrast: three kinds of tumour</source>
      <translation>Hirn-MR nach Kontrastmittel: drei Tumorarten</translation>
    </message>
    <message>
      <source>branched streaks</source>
      <translation>verzweigte Streifen</translation>
    </message>
    <message>
      <source>Breast</source>
      <translation>Mamma</translation>
    </message>
    <message>
      <source>breast ultrasound</source>
      <translation>Brustultraschall</translation>
    </message>
    <message>
      <source>Breast ultrasound: benign or malignant</source>
      <translation>Brustultraschall: gutartig oder bösartig</translation>
    </message>
    <message>
      <source>Bringing back what the map marks matters no more than the same shape elsewhere (area {area:.2f}, the same shape elsewhere {control:.2f}).</source>
      <translation>Zurückzubringen, was die Karte markiert, bewirkt nicht mehr als dieselbe Form anderswo (Fläche {area:.2f}, dieselbe Form anderswo {control:.2f}).</translation>
    </message>
    <message>
      <source>Bringing back what the map marks raises the class's probability sooner than its shape elsewhere (area {area:.2f}, the same shape elsewhere {control:.2f}).</source>
      <translation>Zurückzubringen, was die Karte markiert, hebt die Wahrscheinlichkeit der Klasse früher als dieselbe Form anderswo (Fläche {area:.2f}, dieselbe Form anderswo {control:.2f}).</translation>
    </message>
    <message>
      <source>Bronchus</source>
      <translation>Bronchus</translation>
    </message>
    <message>
      <source>Browse …</source>
      <translation>Durchsuchen …</translation>
    </message>
    <message>
      <source>Buttock</source>
      <translation>Gesäß</translation>
    </message>
    <message>
      <source>buttock</source>
      <translation>Gesäß</translation>
    </message>
    <message>
      <source>By an index …</source>
      <translation>Über einen Index …</translation>
    </message>
    <message>
      <source>by the reader</source>
      <translation>durch den Befunder</translation>
    </message>
    <message>
      <source>by the registration's scale</source>
      <translation>nach dem Maßstab der Überlagerung</translation>
    </message>
    <message>
      <source>C&amp;urtain</source>
      <translation>&amp;Vorhang</translation>
    </message>
    <message>
      <source>C: colours</source>
      <translation>C: Farben</translation>
    </message>
    <message>
      <source>Calcaneus</source>
      <translation>Fersenbein</translation>
    </message>
    <message>
      <source>calf</source>
      <translation>Wade</translation>
    </message>
    <message>
      <source>Calf of leg</source>
      <translation>Wade</translation>
    </message>
    <message>
      <source>Calibrate</source>
      <translation>Kalibrieren</translation>
    </message>
    <message>
      <source>Calibrate a model</source>
      <translation>Ein Modell kalibrieren</translation>
    </message>
    <message>
      <source>Calibrate this model …</source>
      <translation>Dieses Modell kalibrieren …</translation>
    </message>
    <message>
      <source>Calibrate …</source>
      <translation>Kalibrieren …</translation>
    </message>
    <message>
      <source>calibrated</source>
      <translation>kalibriert</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>Cancelled. Press F5 to analyse again.</source>
      <translation>Abgebrochen. F5 analysiert erneut.</translation>
    </message>
    <message>
      <source>Cancelled; the model is as it was.</source>
      <translation>Abgebrochen; das Modell ist, wie es war.</translation>
    </message>
    <message>
      <source>cannot be opened</source>
      <translation>lässt sich nicht öffnen</translation>
    </message>
    <message>
      <source>cannot be read</source>
      <translation>nicht lesbar</translation>
    </message>
    <message>
      <source>Capture from a folder</source>
      <translation>Aufnehmen aus einem Ordner</translation>
    </message>
    <message>
      <source>Cardiomegaly</source>
      <translation>Kardiomegalie</translation>
    </message>
    <message>
      <source>Carotid artery</source>
      <translation>Halsschlagader</translation>
    </message>
    <message>
      <source>cAUITC: mean IoU of the top n % (n = 1-99) of the original map with the region; cIoU: n = 5</source>
      <translation>cAUITC: mittlere IoU der obersten n % (n = 1-99) der Originalkarte mit der Region; cIoU: n = 5</translation>
    </message>
    <message>
      <source>Cerebellum</source>
      <translation>Kleinhirn</translation>
    </message>
    <message>
      <source>certain</source>
      <translation>sicher</translation>
    </message>
    <message>
      <source>CERTAINTY</source>
      <translation>SICHERHEIT</translation>
    </message>
    <message>
      <source>Certainty</source>
      <translation>Sicherheit</translation>
    </message>
    <message>
      <source>Certificate</source>
      <translation>Zertifikat</translation>
    </message>
    <message>
      <source>Cervical spine</source>
      <translation>Halswirbelsäule</translation>
    </message>
    <message>
      <source>Cervico-thoracic spine</source>
      <translation>Hals- und Brustwirbelsäule</translation>
    </message>
    <message>
      <source>Cervix</source>
      <translation>Gebärmutterhals</translation>
    </message>
    <message>
      <source>chance</source>
      <translation>Zufall</translation>
    </message>
    <message>
      <source>Change a text</source>
      <translation>Text ändern</translation>
    </message>
    <message>
      <source>Chec&amp;k this explanation …</source>
      <translation>Diese Erklärung &amp;prüfen …</translation>
    </message>
    <message>
      <source>Check this explanation</source>
      <translation>Diese Erklärung prüfen</translation>
    </message>
    <message>
      <source>Checking the input</source>
      <translation>Prüfung der Eingabe</translation>
    </message>
    <message>
      <source>Cheek</source>
      <translation>Wange</translation>
    </message>
    <message>
      <source>Chest</source>
      <translation>Thorax</translation>
    </message>
    <message>
      <source>chest</source>
      <translation>Brust</translation>
    </message>
    <message>
      <source>Chest and abdomen</source>
      <translation>Thorax und Abdomen</translation>
    </message>
    <message>
      <source>chest radiograph</source>
      <translation>Thoraxaufnahme</translation>
    </message>
    <message>
      <source>chest radiographs</source>
      <translation>Thoraxaufnahmen</translation>
    </message>
    <message>
      <source>Chest, abdomen and pelvis</source>
      <translation>Thorax, Abdomen und Becken</translation>
    </message>
    <message>
      <source>children</source>
      <translation>Kindern</translation>
    </message>
    <message>
      <source>Children's chest radiograph: pneumonia</source>
      <translation>Thoraxaufnahme von Kindern: Pneumonie</translation>
    </message>
    <message>
      <source>Choose a file</source>
      <translation>Datei wählen</translation>
    </message>
    <message>
      <source>Choose a finding to see where the network looked for it</source>
      <translation>Befund wählen, um zu sehen, wohin das Netz dafür sah</translation>
    </message>
    <message>
      <source>Choose a folder</source>
      <translation>Ordner wählen</translation>
    </message>
    <message>
      <source>Choose images that the model did not learn from: a folder with a folder for each class, or a CSV with the columns image and class, and where they are known group (person or lesion) and mask (white where the region is). Nothing is promised that they are too few for.</source>
      <translation>Wählen Sie Bilder, aus denen das Modell nicht gelernt hat: einen Ordner mit einem Ordner je Klasse oder eine CSV-Datei mit den Spalten image und class und, wo bekannt, group (Person oder Läsion) und mask (weiß, wo die Region ist). Was zu wenige Bilder hat, wird nicht versprochen.</translation>
    </message>
    <message>
      <source>Choose two models to compare them</source>
      <translation>Zwei Modelle wählen, um sie zu vergleichen</translation>
    </message>
    <message>
      <source>Choose …</source>
      <translation>Wählen …</translation>
    </message>
    <message>
      <source>cIoU of the top 5 %</source>
      <translation>cIoU der obersten 5 %</translation>
    </message>
    <message>
      <source>Circle of Willis</source>
      <translation>Circulus Willisii</translation>
    </message>
    <message>
      <source>Classes</source>
      <translation>Klassen</translation>
    </message>
    <message>
      <source>Classes, with cut-offs</source>
      <translation>Klassen, mit Schwellen</translation>
    </message>
    <message>
      <source>Classification</source>
      <translation>Klassifikation</translation>
    </message>
    <message>
      <source>Clavicle</source>
      <translation>Schlüsselbein</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>Leeren</translation>
    </message>
    <message>
      <source>Click the end of the second side</source>
      <translation>Das Ende des zweiten Schenkels anklicken</translation>
    </message>
    <message>
      <source>Click the opposite corner</source>
      <translation>Die gegenüberliegende Ecke anklicken</translation>
    </message>
    <message>
      <source>Click the other end</source>
      <translation>Das andere Ende anklicken</translation>
    </message>
    <message>
      <source>Click the other end of the lower end plate</source>
      <translation>Das andere Ende der unteren Endplatte anklicken</translation>
    </message>
    <message>
      <source>Click the other end of the upper end plate</source>
      <translation>Das andere Ende der oberen Endplatte anklicken</translation>
    </message>
    <message>
      <source>Click the tip</source>
      <translation>Die Spitze anklicken</translation>
    </message>
    <message>
      <source>Click the vertex</source>
      <translation>Den Scheitel anklicken</translation>
    </message>
    <message>
      <source>Click where the lesion is. Arrow keys move the mark, F changes the side, Del removes it.</source>
      <translation>Klicken Sie dorthin, wo die Läsion ist. Pfeiltasten bewegen die Marke, F wechselt die Seite, Entf entfernt sie.</translation>
    </message>
    <message>
      <source>Click where the text shall stand</source>
      <translation>Anklicken, wo der Text stehen soll</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>Schließen</translation>
    </message>
    <message>
      <source>Close &amp;all</source>
      <translation>&amp;Alle schließen</translation>
    </message>
    <message>
      <source>Close all images and forget the session, what was drawn and noted, the recent files and folders, and the log? Images, reports and sessions that you saved stay where they are.</source>
      <translation>Alle Bilder schließen und die Sitzung, Gezeichnetes und Notiertes, die zuletzt geöffneten Dateien und Ordner sowie das Protokoll vergessen? Bilder, Berichte und Sitzungen, die Sie gespeichert haben, bleiben, wo sie sind.</translation>
    </message>
    <message>
      <source>Cobb angle</source>
      <translation>Cobb-Winkel</translation>
    </message>
    <message>
      <source>Coccyx</source>
      <translation>Steißbein</translation>
    </message>
    <message>
      <source>Colon</source>
      <translation>Dickdarm</translation>
    </message>
    <message>
      <source>Colour against the skin around: {change} CIELAB units apart.</source>
      <translation>Farbe gegen die Haut ringsum: {change} CIELAB-Einheiten Unterschied.</translation>
    </message>
    <message>
      <source>Colour changed</source>
      <translation>Farbänderung</translation>
    </message>
    <message>
      <source>Colour, and how it is resampled</source>
      <translation>Farbe und Umrechnung der Größe</translation>
    </message>
    <message>
      <source>Colours</source>
      <translation>Farben</translation>
    </message>
    <message>
      <source>Colours seen</source>
      <translation>Gesehene Farben</translation>
    </message>
    <message>
      <source>Command</source>
      <translation>Befehl</translation>
    </message>
    <message>
      <source>compactness {compactness} (disc 1), solidity {solidity}, without counterpart {first} and {second} of it, folded about its axes</source>
      <translation>Kompaktheit {compactness} (Scheibe 1), Solidität {solidity}, ohne Gegenstück {first} und {second}, an ihren Achsen gefaltet</translation>
    </message>
    <message>
      <source>Compare</source>
      <translation>Vergleichen</translation>
    </message>
    <message>
      <source>Compare t&amp;wo images</source>
      <translation>Z&amp;wei Bilder vergleichen</translation>
    </message>
    <message>
      <source>Compare two models</source>
      <translation>Zwei Modelle vergleichen</translation>
    </message>
    <message>
      <source>Compare two models on &amp;this image</source>
      <translation>Zwei Modelle an &amp;diesem Bild vergleichen</translation>
    </message>
    <message>
      <source>Compare with</source>
      <translation>Vergleichen mit</translation>
    </message>
    <message>
      <source>Computed radiography</source>
      <translation>Speicherfolien-Radiographie</translation>
    </message>
    <message>
      <source>Computed tomography</source>
      <translation>Computertomographie</translation>
    </message>
    <message>
      <source>Con&amp;tact sheet …</source>
      <translation>Kon&amp;taktbogen …</translation>
    </message>
    <message>
      <source>Consensus</source>
      <translation>Konsens</translation>
    </message>
    <message>
      <source>Consolidation</source>
      <translation>Konsolidierung</translation>
    </message>
    <message>
      <source>Contact sheet</source>
      <translation>Kontaktbogen</translation>
    </message>
    <message>
      <source>CONTAINS PATIENT IDENTITY</source>
      <translation>NENNT DEN PATIENTEN</translation>
    </message>
    <message>
      <source>Copied: {copied} (patients: {patients}). Failed: {failed}. Not DICOM: {skipped}.</source>
      <translation>Kopiert: {copied} (Patienten: {patients}). Misslungen: {failed}. Nicht DICOM: {skipped}.</translation>
    </message>
    <message>
      <source>Copies</source>
      <translation>Kopien</translation>
    </message>
    <message>
      <source>Copy &amp;report</source>
      <translation>&amp;Bericht kopieren</translation>
    </message>
    <message>
      <source>Copy all</source>
      <translation>Alles kopieren</translation>
    </message>
    <message>
      <source>Cornea</source>
      <translation>Hornhaut</translation>
    </message>
    <message>
      <source>coronal</source>
      <translation>koronal</translation>
    </message>
    <message>
      <source>Coronary artery</source>
      <translation>Herzkranzgefäß</translation>
    </message>
    <message>
      <source>correct</source>
      <translation>richtig</translation>
    </message>
    <message>
      <source>correlation of details {correlation}, overlap {overlap}</source>
      <translation>Korrelation der Einzelheiten {correlation}, Überdeckung {overlap}</translation>
    </message>
    <message>
      <source>CSV …</source>
      <translation>CSV …</translation>
    </message>
    <message>
      <source>Curtain</source>
      <translation>Vorhang</translation>
    </message>
    <message>
      <source>Cut off at the page.</source>
      <translation>Am Seitenrand abgeschnitten.</translation>
    </message>
    <message>
      <source>Cut-off</source>
      <translation>Schwelle</translation>
    </message>
    <message>
      <source>Cut-off of this finding</source>
      <translation>Schwelle dieses Befunds</translation>
    </message>
    <message>
      <source>D: structures</source>
      <translation>D: Strukturen</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>Dunkel</translation>
    </message>
    <message>
      <source>dark brown</source>
      <translation>dunkelbraun</translation>
    </message>
    <message>
      <source>Dark page</source>
      <translation>Dunkle Seite</translation>
    </message>
    <message>
      <source>Date</source>
      <translation>Datum</translation>
    </message>
    <message>
      <source>Dates</source>
      <translation>Daten</translation>
    </message>
    <message>
      <source>Day</source>
      <translation>Tag</translation>
    </message>
    <message>
      <source>day not stated</source>
      <translation>Tag nicht angegeben</translation>
    </message>
    <message>
      <source>Day of the picture</source>
      <translation>Tag der Aufnahme</translation>
    </message>
    <message>
      <source>De&amp;lete this drawing</source>
      <translation>Diese Zeichnung &amp;löschen</translation>
    </message>
    <message>
      <source>De-&amp;identified copy …</source>
      <translation>De-&amp;identifizierte Kopie …</translation>
    </message>
    <message>
      <source>De-identified copies of a folde&amp;r …</source>
      <translation>De-identifizierte Kopien eines O&amp;rdners …</translation>
    </message>
    <message>
      <source>De-identified copies of a folder</source>
      <translation>De-identifizierte Kopien eines Ordners</translation>
    </message>
    <message>
      <source>De-identified copy of {name}</source>
      <translation>De-identifizierte Kopie von {name}</translation>
    </message>
    <message>
      <source>Decoding</source>
      <translation>Dekodierung</translation>
    </message>
    <message>
      <source>Default</source>
      <translation>Standard</translation>
    </message>
    <message>
      <source>Deletion</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>Deletion and insertion curves</source>
      <translation>Kurven von Entfernen und Einfügen</translation>
    </message>
    <message>
      <source>Dermatofibroma</source>
      <translation>Dermatofibrom</translation>
    </message>
    <message>
      <source>Dermoscopy</source>
      <translation>Dermatoskopie</translation>
    </message>
    <message>
      <source>dermoscopy</source>
      <translation>Dermatoskopie</translation>
    </message>
    <message>
      <source>dermoscopy images</source>
      <translation>Dermatoskopiebilder</translation>
    </message>
    <message>
      <source>Dermoscopy: seven diagnoses</source>
      <translation>Dermatoskopie: sieben Diagnosen</translation>
    </message>
    <message>
      <source>Description</source>
      <translation>Beschreibung</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <source>Diameter</source>
      <translation>Durchmesser</translation>
    </message>
    <message>
      <source>Dice overlap of the 5 % most relevant pixels with the region; a small region caps it.</source>
      <translation>Dice-Überlappung der wichtigsten 5 % der Bildpunkte mit der Region; eine kleine Region begrenzt sie.</translation>
    </message>
    <message>
      <source>Dice, top 5 %</source>
      <translation>Dice, oberste 5 %</translation>
    </message>
    <message>
      <source>DICOM objects belong to the patient's study: tick the box to write them.</source>
      <translation>DICOM-Objekte gehören zur Untersuchung des Patienten: Haken setzen, um sie zu schreiben.</translation>
    </message>
    <message>
      <source>DICOM objects for the archive (a folder)</source>
      <translation>DICOM-Objekte für das Archiv (ein Ordner)</translation>
    </message>
    <message>
      <source>DICOMweb (https)</source>
      <translation>DICOMweb (https)</translation>
    </message>
    <message>
      <source>Difference</source>
      <translation>Unterschied</translation>
    </message>
    <message>
      <source>Difference (bright: changed)</source>
      <translation>Unterschied (hell: verändert)</translation>
    </message>
    <message>
      <source>Digital radiography</source>
      <translation>Digitale Radiographie</translation>
    </message>
    <message>
      <source>DIMSE (classic DICOM)</source>
      <translation>DIMSE (klassisches DICOM)</translation>
    </message>
    <message>
      <source>Direction of the film</source>
      <translation>Richtung des Films</translation>
    </message>
    <message>
      <source>Disagreement</source>
      <translation>Uneinigkeit</translation>
    </message>
    <message>
      <source>display {value}</source>
      <translation>Anzeige {value}</translation>
    </message>
    <message>
      <source>Do not look for text in pictures</source>
      <translation>In Bildern nicht nach Text suchen</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>Fertig</translation>
    </message>
    <message>
      <source>dots</source>
      <translation>Punkte</translation>
    </message>
    <message>
      <source>Doubtful: {figures}, turned by {turn}°, scale {scale}. Check that both show the same lesion.</source>
      <translation>Zweifelhaft: {figures}, gedreht um {turn}°, Maßstab {scale}. Prüfen Sie, ob beide dieselbe Läsion zeigen.</translation>
    </message>
    <message>
      <source>Drag along the distance, or click its ends</source>
      <translation>Entlang der Strecke ziehen oder ihre Enden anklicken</translation>
    </message>
    <message>
      <source>Drag along the lower end plate</source>
      <translation>Entlang der unteren Endplatte ziehen</translation>
    </message>
    <message>
      <source>Drag along the upper end plate</source>
      <translation>Entlang der oberen Endplatte ziehen</translation>
    </message>
    <message>
      <source>Drag from corner to corner</source>
      <translation>Von Ecke zu Ecke ziehen</translation>
    </message>
    <message>
      <source>Drag from the tail to the tip</source>
      <translation>Vom Schaft zur Spitze ziehen</translation>
    </message>
    <message>
      <source>Drag the first side towards the vertex</source>
      <translation>Den ersten Schenkel zum Scheitel ziehen</translation>
    </message>
    <message>
      <source>Draw</source>
      <translation>Zeichnen</translation>
    </message>
    <message>
      <source>Draw a line along the ruler</source>
      <translation>Linie am Lineal entlang zeichnen</translation>
    </message>
    <message>
      <source>Drawing the report …</source>
      <translation>Bericht wird gezeichnet …</translation>
    </message>
    <message>
      <source>Drawn: {labels}</source>
      <translation>Eingezeichnet: {labels}</translation>
    </message>
    <message>
      <source>Drop images or a folder here</source>
      <translation>Bilder oder einen Ordner hier ablegen</translation>
    </message>
    <message>
      <source>Duodenum</source>
      <translation>Zwölffingerdarm</translation>
    </message>
    <message>
      <source>Each finding on its own; [x] marks those above their cut-off, with the badge's level of each.</source>
      <translation>Jeder Befund für sich; [x] markiert die über ihrem Grenzwert, jeweils mit der Einstufung.</translation>
    </message>
    <message>
      <source>Each has a badge of its own, on the right.</source>
      <translation>Jeder hat rechts seine eigene Einstufung.</translation>
    </message>
    <message>
      <source>Each image pixel is shown as {times} × {times}</source>
      <translation>Jeder Bildpunkt ist als {times} × {times} gezeigt</translation>
    </message>
    <message>
      <source>Each row has its own colour scale, shared by its classes.</source>
      <translation>Jede Zeile hat ihre eigene Farbskala, die ihre Befunde teilen.</translation>
    </message>
    <message>
      <source>Each rule in hanging.toml begins with [[rule]].</source>
      <translation>Jede Regel in hanging.toml beginnt mit [[rule]].</translation>
    </message>
    <message>
      <source>Ear</source>
      <translation>Ohr</translation>
    </message>
    <message>
      <source>Earlier</source>
      <translation>Früher</translation>
    </message>
    <message>
      <source>Earlier drawings and notes</source>
      <translation>Frühere Zeichnungen und Notizen</translation>
    </message>
    <message>
      <source>Earlier picture over the later one</source>
      <translation>Früheres Bild über dem späteren</translation>
    </message>
    <message>
      <source>Earth mover's distance</source>
      <translation>Earth-Mover-Abstand</translation>
    </message>
    <message>
      <source>echo {value}</source>
      <translation>Echo {value}</translation>
    </message>
    <message>
      <source>Edit region</source>
      <translation>Region bearbeiten</translation>
    </message>
    <message>
      <source>Edit the region</source>
      <translation>Region bearbeiten</translation>
    </message>
    <message>
      <source>Edit the {region}</source>
      <translation>{region} bearbeiten</translation>
    </message>
    <message>
      <source>Effusion</source>
      <translation>Erguss</translation>
    </message>
    <message>
      <source>Elbow</source>
      <translation>Ellenbogen</translation>
    </message>
    <message>
      <source>Element</source>
      <translation>Element</translation>
    </message>
    <message>
      <source>Ellipse</source>
      <translation>Ellipse</translation>
    </message>
    <message>
      <source>ellipse</source>
      <translation>Ellipse</translation>
    </message>
    <message>
      <source>Emphysema</source>
      <translation>Emphysem</translation>
    </message>
    <message>
      <source>emptied</source>
      <translation>geleert</translation>
    </message>
    <message>
      <source>Empty dates and times</source>
      <translation>Daten und Uhrzeiten leeren</translation>
    </message>
    <message>
      <source>Encrypted (TLS)</source>
      <translation>Verschlüsselt (TLS)</translation>
    </message>
    <message>
      <source>Endoscopy</source>
      <translation>Endoskopie</translation>
    </message>
    <message>
      <source>Enter opens, Space marks, R is read, N writes a note</source>
      <translation>Eingabe öffnet, Leertaste merkt vor, R gelesen, N Notiz</translation>
    </message>
    <message>
      <source>Entropy of the probabilities</source>
      <translation>Entropie der Wahrscheinlichkeiten</translation>
    </message>
    <message>
      <source>Everything was forgotten.</source>
      <translation>Alles wurde vergessen.</translation>
    </message>
    <message>
      <source>Explain</source>
      <translation>Erklären</translation>
    </message>
    <message>
      <source>Explain as &amp;published (SegX reference)</source>
      <translation>Wie &amp;veröffentlicht erklären (SegX-Referenz)</translation>
    </message>
    <message>
      <source>Explained as published: the class's sigmoid score, Grad-CAM scaled to 0..1.</source>
      <translation>Wie veröffentlicht erklärt: der Sigmoid-Wert der Klasse, Grad-CAM auf 0..1 skaliert.</translation>
    </message>
    <message>
      <source>Explanation report</source>
      <translation>Erklärungsbericht</translation>
    </message>
    <message>
      <source>Export</source>
      <translation>Export</translation>
    </message>
    <message>
      <source>Export marked images</source>
      <translation>Vorgemerkte Bilder exportieren</translation>
    </message>
    <message>
      <source>Export marked …</source>
      <translation>Vorgemerkte exportieren …</translation>
    </message>
    <message>
      <source>Export report</source>
      <translation>Bericht exportieren</translation>
    </message>
    <message>
      <source>Extremity</source>
      <translation>Extremität</translation>
    </message>
    <message>
      <source>Eye</source>
      <translation>Auge</translation>
    </message>
    <message>
      <source>Eyelid</source>
      <translation>Augenlid</translation>
    </message>
    <message>
      <source>F&amp;ull screen</source>
      <translation>V&amp;ollbild</translation>
    </message>
    <message>
      <source>Face</source>
      <translation>Gesicht</translation>
    </message>
    <message>
      <source>face</source>
      <translation>Gesicht</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>fehlgeschlagen</translation>
    </message>
    <message>
      <source>Failed or refused</source>
      <translation>Fehlgeschlagen oder abgelehnt</translation>
    </message>
    <message>
      <source>fair</source>
      <translation>mäßig</translation>
    </message>
    <message>
      <source>fair: {names}</source>
      <translation>mäßig: {names}</translation>
    </message>
    <message>
      <source>female</source>
      <translation>weiblich</translation>
    </message>
    <message>
      <source>Femur</source>
      <translation>Oberschenkelknochen</translation>
    </message>
    <message>
      <source>Fibrosis</source>
      <translation>Fibrose</translation>
    </message>
    <message>
      <source>Fibula</source>
      <translation>Wadenbein</translation>
    </message>
    <message>
      <source>FIGURES</source>
      <translation>KENNZAHLEN</translation>
    </message>
    <message>
      <source>File</source>
      <translation>Datei</translation>
    </message>
    <message>
      <source>files known: {count}</source>
      <translation>Dateien bekannt: {count}</translation>
    </message>
    <message>
      <source>Files looked at: {looked}, images found: {found}</source>
      <translation>Dateien angesehen: {looked}, Bilder gefunden: {found}</translation>
    </message>
    <message>
      <source>Files that hold no image were left out: {count}</source>
      <translation>Dateien ohne Bild wurden ausgelassen: {count}</translation>
    </message>
    <message>
      <source>fill</source>
      <translation>Fläche</translation>
    </message>
    <message>
      <source>Film &amp;controls</source>
      <translation>Film&amp;steuerung</translation>
    </message>
    <message>
      <source>Filter: words in any column</source>
      <translation>Filter: Wörter aus beliebigen Spalten</translation>
    </message>
    <message>
      <source>Find images</source>
      <translation>Bilder suchen</translation>
    </message>
    <message>
      <source>Finding</source>
      <translation>Befund</translation>
    </message>
    <message>
      <source>FINDINGS</source>
      <translation>BEFUNDE</translation>
    </message>
    <message>
      <source>Findings</source>
      <translation>Befunde</translation>
    </message>
    <message>
      <source>Findings and measurements (SR)</source>
      <translation>Befunde und Messungen (SR)</translation>
    </message>
    <message>
      <source>Finger</source>
      <translation>Finger</translation>
    </message>
    <message>
      <source>First image of the film</source>
      <translation>Erstes Bild des Films</translation>
    </message>
    <message>
      <source>Fit, and share of the middle</source>
      <translation>Einpassung und Anteil der Mitte</translation>
    </message>
    <message>
      <source>Fits as well: {titles} (Shift+M)</source>
      <translation>Passt ebenso: {titles} (Umschalt+M)</translation>
    </message>
    <message>
      <source>fits the model ({model})</source>
      <translation>passt zum Modell ({model})</translation>
    </message>
    <message>
      <source>Fitted on {images}.</source>
      <translation>Angepasst an {images}.</translation>
    </message>
    <message>
      <source>Flicker</source>
      <translation>Wechsel</translation>
    </message>
    <message>
      <source>Flip &amp;horizontally</source>
      <translation>&amp;Horizontal spiegeln</translation>
    </message>
    <message>
      <source>Flip &amp;vertically</source>
      <translation>&amp;Vertikal spiegeln</translation>
    </message>
    <message>
      <source>Fluoroscopy</source>
      <translation>Durchleuchtung</translation>
    </message>
    <message>
      <source>Folded about its axes, {first} % and {second} % of the area have no counterpart.</source>
      <translation>An ihren Achsen gefaltet haben {first} % und {second} % der Fläche kein Gegenstück.</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>Ordner</translation>
    </message>
    <message>
      <source>Folder for the key objects, which name the patient</source>
      <translation>Ordner für die Key Objects, die den Patienten nennen</translation>
    </message>
    <message>
      <source>Folder or CSV</source>
      <translation>Ordner oder CSV</translation>
    </message>
    <message>
      <source>Folder to watch</source>
      <translation>Zu beobachtender Ordner</translation>
    </message>
    <message>
      <source>Folder {name} ({count})</source>
      <translation>Ordner {name} ({count})</translation>
    </message>
    <message>
      <source>Folder …</source>
      <translation>Ordner …</translation>
    </message>
    <message>
      <source>Foot</source>
      <translation>Fuß</translation>
    </message>
    <message>
      <source>foot</source>
      <translation>Fuß</translation>
    </message>
    <message>
      <source>for 30 days</source>
      <translation>30 Tage lang</translation>
    </message>
    <message>
      <source>For a screen</source>
      <translation>Für den Bildschirm</translation>
    </message>
    <message>
      <source>for a week</source>
      <translation>eine Woche lang</translation>
    </message>
    <message>
      <source>For an e-mail</source>
      <translation>Für eine E-Mail</translation>
    </message>
    <message>
      <source>For comparison, not a suggestion: compactness {value} (a disc has 1).</source>
      <translation>Zum Vergleich, kein Vorschlag: Kompaktheit {value} (Kreisscheibe 1).</translation>
    </message>
    <message>
      <source>for example the dermoscope's name</source>
      <translation>zum Beispiel der Name des Dermatoskops</translation>
    </message>
    <message>
      <source>for one day</source>
      <translation>einen Tag lang</translation>
    </message>
    <message>
      <source>Forearm</source>
      <translation>Unterarm</translation>
    </message>
    <message>
      <source>forearm</source>
      <translation>Unterarm</translation>
    </message>
    <message>
      <source>forehead</source>
      <translation>Stirn</translation>
    </message>
    <message>
      <source>Forget</source>
      <translation>Vergessen</translation>
    </message>
    <message>
      <source>Forget everything</source>
      <translation>Alles vergessen</translation>
    </message>
    <message>
      <source>Forget everything …</source>
      <translation>Alles vergessen …</translation>
    </message>
    <message>
      <source>forwards</source>
      <translation>vorwärts</translation>
    </message>
    <message>
      <source>Frame</source>
      <translation>Einzelbild</translation>
    </message>
    <message>
      <source>from</source>
      <translation>von</translation>
    </message>
    <message>
      <source>from the picture's scale</source>
      <translation>nach dem Maßstab im Bild</translation>
    </message>
    <message>
      <source>from {low} to {high}, {count} px</source>
      <translation>von {low} bis {high}, {count} px</translation>
    </message>
    <message>
      <source>Front</source>
      <translation>Vorn</translation>
    </message>
    <message>
      <source>front</source>
      <translation>vorn</translation>
    </message>
    <message>
      <source>front of the knee</source>
      <translation>Knie vorn</translation>
    </message>
    <message>
      <source>Full resolution</source>
      <translation>Volle Auflösung</translation>
    </message>
    <message>
      <source>Gallbladder</source>
      <translation>Gallenblase</translation>
    </message>
    <message>
      <source>Gate</source>
      <translation>Eingangsprüfung</translation>
    </message>
    <message>
      <source>General</source>
      <translation>Allgemein</translation>
    </message>
    <message>
      <source>Getting images from {name} …</source>
      <translation>Hole Bilder von {name} …</translation>
    </message>
    <message>
      <source>Give pictures the same patient and lesion (Tools &gt; Lesions, Whose and where) to see them here.</source>
      <translation>Geben Sie Bildern denselben Patienten und dieselbe Läsion (Werkzeuge &gt; Läsionen, Wessen und wo), um sie hier zu sehen.</translation>
    </message>
    <message>
      <source>Give up what waits</source>
      <translation>Wartendes verwerfen</translation>
    </message>
    <message>
      <source>Glioma</source>
      <translation>Gliom</translation>
    </message>
    <message>
      <source>globules</source>
      <translation>Globuli</translation>
    </message>
    <message>
      <source>Go back to the predicted region</source>
      <translation>Zur vorhergesagten Region zurückkehren</translation>
    </message>
    <message>
      <source>Go on</source>
      <translation>Fortsetzen</translation>
    </message>
    <message>
      <source>Go on with what was cancelled</source>
      <translation>Das Abgebrochene fortsetzen</translation>
    </message>
    <message>
      <source>good</source>
      <translation>gut</translation>
    </message>
    <message>
      <source>Graphics card (CUDA)</source>
      <translation>Grafikkarte (CUDA)</translation>
    </message>
    <message>
      <source>Graphics card if there is one</source>
      <translation>Grafikkarte, wenn vorhanden</translation>
    </message>
    <message>
      <source>Graphics of the file</source>
      <translation>Grafiken der Datei</translation>
    </message>
    <message>
      <source>groin</source>
      <translation>Leiste</translation>
    </message>
    <message>
      <source>Hand</source>
      <translation>Hand</translation>
    </message>
    <message>
      <source>hand</source>
      <translation>Hand</translation>
    </message>
    <message>
      <source>Hanging rules</source>
      <translation>Hängeregeln</translation>
    </message>
    <message>
      <source>hanging.toml is not written as TOML: {error}.</source>
      <translation>hanging.toml ist kein gültiges TOML: {error}.</translation>
    </message>
    <message>
      <source>Head</source>
      <translation>Kopf</translation>
    </message>
    <message>
      <source>Head and neck</source>
      <translation>Kopf und Hals</translation>
    </message>
    <message>
      <source>Heart</source>
      <translation>Herz</translation>
    </message>
    <message>
      <source>heel</source>
      <translation>Ferse</translation>
    </message>
    <message>
      <source>Held</source>
      <translation>Gehalten</translation>
    </message>
    <message>
      <source>Help</source>
      <translation>Hilfe</translation>
    </message>
    <message>
      <source>Hernia</source>
      <translation>Hernie</translation>
    </message>
    <message>
      <source>hidden</source>
      <translation>verdeckt</translation>
    </message>
    <message>
      <source>HIGH</source>
      <translation>HOCH</translation>
    </message>
    <message>
      <source>High</source>
      <translation>Hoch</translation>
    </message>
    <message>
      <source>High certainty</source>
      <translation>Hohe Sicherheit</translation>
    </message>
    <message>
      <source>High contrast</source>
      <translation>Hoher Kontrast</translation>
    </message>
    <message>
      <source>High, moderate, low certainty</source>
      <translation>Hohe, mittlere, niedrige Sicherheit</translation>
    </message>
    <message>
      <source>Higher is better.</source>
      <translation>Höher ist besser.</translation>
    </message>
    <message>
      <source>Highest pixels inside</source>
      <translation>Höchste Bildpunkte innen</translation>
    </message>
    <message>
      <source>Highest probability</source>
      <translation>Höchste Wahrscheinlichkeit</translation>
    </message>
    <message>
      <source>Highest score first: {finding}</source>
      <translation>Höchster Wert zuerst: {finding}</translation>
    </message>
    <message>
      <source>highest share of the map</source>
      <translation>oberster Anteil der Karte</translation>
    </message>
    <message>
      <source>highly suspicious of melanoma</source>
      <translation>hochverdächtig auf Melanom</translation>
    </message>
    <message>
      <source>Hip</source>
      <translation>Hüfte</translation>
    </message>
    <message>
      <source>Host</source>
      <translation>Rechner</translation>
    </message>
    <message>
      <source>How far apart the outlines of the highest pixels and of the region lie on average.</source>
      <translation>Wie weit die Umrisse der höchsten Bildpunkte und der Region im Mittel auseinanderliegen.</translation>
    </message>
    <message>
      <source>How far apart the outlines of the highest pixels and of the region lie, but for the worst 5 %.</source>
      <translation>Wie weit die Umrisse der höchsten Bildpunkte und der Region auseinanderliegen, ohne die schlechtesten 5 %.</translation>
    </message>
    <message>
      <source>How far the attribution would have to move to fill the region evenly, in image diagonals.</source>
      <translation>Wie weit die Attribution wandern müsste, um die Region gleichmäßig zu füllen, in Bilddiagonalen.</translation>
    </message>
    <message>
      <source>How far to trust it</source>
      <translation>Wie weit man dem trauen kann</translation>
    </message>
    <message>
      <source>How images are laid out. Layouts: {layouts}

A line for each modality, as DICOM names it; "picture" stands for picture files.
The program writes such a line whenever another layout is chosen:

    CT = "1x1"

Rules say more. The first one that fits an image counts, and comes before the lines above; what a rule does not
name fits everything. Several values stand in brackets. view is PA, AP, LL ..., or frontal, lateral, oblique;
with prior = true, the newest earlier image of the same patient, part and view is hung beside.

    [[rule]]
    modality = ["CR", "DX"]
    body_part = "CHEST"
    view = "frontal"
    laterality = "L"
    layout = "1x2"
    prior = true
</source>
      <translation>Wie Bilder aufgeteilt werden. Aufteilungen: {layouts}

Eine Zeile für jede Modalität, wie DICOM sie nennt; "picture" steht für Bilddateien.
Das Programm schreibt eine solche Zeile, wann immer eine andere Aufteilung gewählt wird:

    CT = "1x1"

Regeln sagen mehr. Die erste, die zu einem Bild passt, gilt, und sie geht den Zeilen oben vor; was eine Regel nicht
nennt, passt zu allem. Mehrere Werte stehen in Klammern. view ist PA, AP, LL ... oder frontal, lateral, oblique;
mit prior = true hängt die neueste frühere Aufnahme desselben Patienten, Körperteils und Strahlengangs daneben.

    [[rule]]
    modality = ["CR", "DX"]
    body_part = "CHEST"
    view = "frontal"
    laterality = "L"
    layout = "1x2"
    prior = true
</translation>
    </message>
    <message>
      <source>How it was made</source>
      <translation>Wie der Bericht entstand</translation>
    </message>
    <message>
      <source>How many times more attribution the region holds than its area alone would.</source>
      <translation>Wievielmal mehr Attribution die Region enthält, als ihre Fläche allein erwarten ließe.</translation>
    </message>
    <message>
      <source>How much the hottest part of the map and the region share, the wider that part is drawn.</source>
      <translation>Wie viel der stärkste Teil der Karte und die Region gemeinsam haben, je weiter man diesen Teil fasst.</translation>
    </message>
    <message>
      <source>How often a pixel inside the region is more relevant than one outside.</source>
      <translation>Wie oft ein Bildpunkt in der Region wichtiger ist als einer außerhalb.</translation>
    </message>
    <message>
      <source>How often this level was right on images that the badge was not fitted on.</source>
      <translation>Wie oft diese Stufe an Bildern richtig war, an die sie nicht angepasst wurde.</translation>
    </message>
    <message>
      <source>How sure the segmentation must be for a pixel to belong to the region</source>
      <translation>Wie sicher die Segmentierung sein muss, damit ein Bildpunkt zur Region gehört</translation>
    </message>
    <message>
      <source>Humerus</source>
      <translation>Oberarmknochen</translation>
    </message>
    <message>
      <source>I looked: none of them</source>
      <translation>Angesehen: keines davon</translation>
    </message>
    <message>
      <source>ID</source>
      <translation>ID</translation>
    </message>
    <message>
      <source>Ileum</source>
      <translation>Ileum</translation>
    </message>
    <message>
      <source>Ilium</source>
      <translation>Darmbein</translation>
    </message>
    <message>
      <source>Image</source>
      <translation>Bild</translation>
    </message>
    <message>
      <source>Image {done} of {total}</source>
      <translation>Bild {done} von {total}</translation>
    </message>
    <message>
      <source>Images</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <source>images</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <source>Images come</source>
      <translation>Bilder kommen</translation>
    </message>
    <message>
      <source>Images opened: {count}</source>
      <translation>Geöffnete Bilder: {count}</translation>
    </message>
    <message>
      <source>In a folder …</source>
      <translation>In einem Ordner …</translation>
    </message>
    <message>
      <source>in millimetres</source>
      <translation>in Millimetern</translation>
    </message>
    <message>
      <source>In object storage …</source>
      <translation>Im Objektspeicher …</translation>
    </message>
    <message>
      <source>In true size</source>
      <translation>In wahrer Größe</translation>
    </message>
    <message>
      <source>In which folder? The pictures stay where they are.</source>
      <translation>In welchen Ordner? Die Bilder bleiben, wo sie sind.</translation>
    </message>
    <message>
      <source>Index of pages and files beside the report, for this computer only</source>
      <translation>Verzeichnis der Seiten und Dateien neben dem Bericht, nur für diesen Rechner</translation>
    </message>
    <message>
      <source>Index that analyze --index wrote</source>
      <translation>Index, den analyze --index geschrieben hat</translation>
    </message>
    <message>
      <source>Infiltration</source>
      <translation>Infiltration</translation>
    </message>
    <message>
      <source>Input check</source>
      <translation>Eingangsprüfung</translation>
    </message>
    <message>
      <source>Input check: {verdict}</source>
      <translation>Eingangsprüfung: {verdict}</translation>
    </message>
    <message>
      <source>Input check: {verdict}. {reason}</source>
      <translation>Eingangsprüfung: {verdict}. {reason}</translation>
    </message>
    <message>
      <source>Input size, and the value of white</source>
      <translation>Eingangsgröße und der Wert von Weiß</translation>
    </message>
    <message>
      <source>Insertion</source>
      <translation>Einfügen</translation>
    </message>
    <message>
      <source>inside the {region}</source>
      <translation>innerhalb ({region})</translation>
    </message>
    <message>
      <source>Install</source>
      <translation>Installieren</translation>
    </message>
    <message>
      <source>Internal auditory canal</source>
      <translation>Innerer Gehörgang</translation>
    </message>
    <message>
      <source>Intersection over union; small even for good maps where the region is large.</source>
      <translation>Schnittmenge durch Vereinigung; bei großer Region auch für gute Karten klein.</translation>
    </message>
    <message>
      <source>inverted</source>
      <translation>invertiert</translation>
    </message>
    <message>
      <source>IoU over all thresholds (AUITC)</source>
      <translation>IoU über alle Schwellen (AUITC)</translation>
    </message>
    <message>
      <source>IoU, top 5 %</source>
      <translation>IoU, oberste 5 %</translation>
    </message>
    <message>
      <source>IoU-THRESHOLD CURVE</source>
      <translation>IOU-SCHWELLENKURVE</translation>
    </message>
    <message>
      <source>IoU-threshold curve</source>
      <translation>IoU-Schwellenkurve</translation>
    </message>
    <message>
      <source>irregular dots or globules</source>
      <translation>unregelmäßige Punkte oder Globuli</translation>
    </message>
    <message>
      <source>irregular pigmentation</source>
      <translation>unregelmäßige Pigmentierung</translation>
    </message>
    <message>
      <source>irregular streaks</source>
      <translation>unregelmäßige Streifen</translation>
    </message>
    <message>
      <source>Is this the picture as the model should see it, and the region that is meant?</source>
      <translation>Ist dies das Bild, wie das Modell es sehen soll, und die gemeinte Region?</translation>
    </message>
    <message>
      <source>it fails {names}: do not rely on it without a second look</source>
      <translation>sie scheitert an {names}: nicht ohne zweiten Blick darauf verlassen</translation>
    </message>
    <message>
      <source>It gives, and which output</source>
      <translation>Es gibt, und welche Ausgabe</translation>
    </message>
    <message>
      <source>It gives, for one class or several</source>
      <translation>Er liefert, für eine Klasse oder mehrere</translation>
    </message>
    <message>
      <source>it reaches the picture's edge</source>
      <translation>sie reicht bis an den Bildrand</translation>
    </message>
    <message>
      <source>It reaches the picture's edge: the lesion is larger than what is seen.</source>
      <translation>Sie reicht bis an den Bildrand: Die Läsion ist größer als das, was zu sehen ist.</translation>
    </message>
    <message>
      <source>Its architecture and encoder</source>
      <translation>Dessen Architektur und Encoder</translation>
    </message>
    <message>
      <source>Its colours</source>
      <translation>Ihre Farben</translation>
    </message>
    <message>
      <source>Its colours are unlike those of the images that the model learned from.</source>
      <translation>Die Farben sind anders als die der Bilder, an denen das Modell gelernt hat.</translation>
    </message>
    <message>
      <source>Its colours or grey levels seem to be inverted.</source>
      <translation>Die Farben oder Grauwerte scheinen invertiert zu sein.</translation>
    </message>
    <message>
      <source>Its colours seem to be exchanged, such as red with blue.</source>
      <translation>Die Farben scheinen vertauscht zu sein, etwa Rot und Blau.</translation>
    </message>
    <message>
      <source>Its key</source>
      <translation>Dessen Schlüssel</translation>
    </message>
    <message>
      <source>its pixels are {times} times as high as wide</source>
      <translation>seine Pixel sind {times}-mal so hoch wie breit</translation>
    </message>
    <message>
      <source>its pixels are {times} times as wide as high</source>
      <translation>seine Pixel sind {times}-mal so breit wie hoch</translation>
    </message>
    <message>
      <source>Its shape</source>
      <translation>Ihre Form</translation>
    </message>
    <message>
      <source>Its title</source>
      <translation>Sein AE-Titel</translation>
    </message>
    <message>
      <source>Its true length</source>
      <translation>Wahre Länge</translation>
    </message>
    <message>
      <source>Jaw</source>
      <translation>Kiefer</translation>
    </message>
    <message>
      <source>Jejunum</source>
      <translation>Jejunum</translation>
    </message>
    <message>
      <source>Keep this patient's time line …</source>
      <translation>Zeitreihe dieses Patienten aufbewahren …</translation>
    </message>
    <message>
      <source>kept</source>
      <translation>behalten</translation>
    </message>
    <message>
      <source>Kept as {path}; File &gt; Open files opens it again.</source>
      <translation>Aufbewahrt als {path}; Datei &gt; Dateien öffnen öffnet sie wieder.</translation>
    </message>
    <message>
      <source>Key image</source>
      <translation>Schlüsselbild</translation>
    </message>
    <message>
      <source>key image</source>
      <translation>Schlüsselbild</translation>
    </message>
    <message>
      <source>Key images of the study (key object selection)</source>
      <translation>Schlüsselbilder der Studie (Key Object Selection)</translation>
    </message>
    <message>
      <source>Key objects written: {count}, one for each study.</source>
      <translation>Key Objects geschrieben: {count}, eines je Studie.</translation>
    </message>
    <message>
      <source>Key of the pseudonyms</source>
      <translation>Schlüssel der Pseudonyme</translation>
    </message>
    <message>
      <source>Keyboard shortcuts</source>
      <translation>Tastenkürzel</translation>
    </message>
    <message>
      <source>Keys</source>
      <translation>Tasten</translation>
    </message>
    <message>
      <source>Kidney</source>
      <translation>Niere</translation>
    </message>
    <message>
      <source>Kind</source>
      <translation>Art</translation>
    </message>
    <message>
      <source>Knee</source>
      <translation>Knie</translation>
    </message>
    <message>
      <source>L</source>
      <translation>L</translation>
    </message>
    <message>
      <source>La&amp;yers of the file</source>
      <translation>&amp;Ebenen der Datei</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>Sprache</translation>
    </message>
    <message>
      <source>Largest picture</source>
      <translation>Größtes Bild</translation>
    </message>
    <message>
      <source>Larynx</source>
      <translation>Kehlkopf</translation>
    </message>
    <message>
      <source>last 30 days</source>
      <translation>letzte 30 Tage</translation>
    </message>
    <message>
      <source>last 7 days</source>
      <translation>letzte 7 Tage</translation>
    </message>
    <message>
      <source>Last image of the film</source>
      <translation>Letztes Bild des Films</translation>
    </message>
    <message>
      <source>last year</source>
      <translation>letztes Jahr</translation>
    </message>
    <message>
      <source>Later</source>
      <translation>Später</translation>
    </message>
    <message>
      <source>Laying the pictures on each other …</source>
      <translation>Die Bilder werden aufeinandergelegt …</translation>
    </message>
    <message>
      <source>Leave out files that have or may have text in their picture</source>
      <translation>Dateien auslassen, die Text im Bild haben oder haben könnten</translation>
    </message>
    <message>
      <source>Leave out weights that the architecture has no place for</source>
      <translation>Gewichte weglassen, für die die Architektur keinen Platz hat</translation>
    </message>
    <message>
      <source>left</source>
      <translation>links</translation>
    </message>
    <message>
      <source>Left button, drag</source>
      <translation>Linke Taste, ziehen</translation>
    </message>
    <message>
      <source>left lateral</source>
      <translation>seitlich links</translation>
    </message>
    <message>
      <source>left lung</source>
      <translation>linke Lunge</translation>
    </message>
    <message>
      <source>Leg</source>
      <translation>Bein</translation>
    </message>
    <message>
      <source>Length</source>
      <translation>Länge</translation>
    </message>
    <message>
      <source>Lesio&amp;ns</source>
      <translation>Läsio&amp;nen</translation>
    </message>
    <message>
      <source>Lesion</source>
      <translation>Läsion</translation>
    </message>
    <message>
      <source>lesion</source>
      <translation>Läsion</translation>
    </message>
    <message>
      <source>Lesions</source>
      <translation>Läsionen</translation>
    </message>
    <message>
      <source>lesions that were cut out</source>
      <translation>herausgeschnittenen Läsionen</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>Lizenz</translation>
    </message>
    <message>
      <source>Licence of the weights</source>
      <translation>Lizenz der Gewichte</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>Hell</translation>
    </message>
    <message>
      <source>light brown</source>
      <translation>hellbraun</translation>
    </message>
    <message>
      <source>Light page</source>
      <translation>Helle Seite</translation>
    </message>
    <message>
      <source>Likely right</source>
      <translation>Wohl richtig</translation>
    </message>
    <message>
      <source>Lin&amp;k the two images</source>
      <translation>Beide Bilder &amp;koppeln</translation>
    </message>
    <message>
      <source>line</source>
      <translation>Linie</translation>
    </message>
    <message>
      <source>Link &amp;pan</source>
      <translation>&amp;Verschieben koppeln</translation>
    </message>
    <message>
      <source>Link &amp;scrolling</source>
      <translation>&amp;Blättern koppeln</translation>
    </message>
    <message>
      <source>Link &amp;window and level</source>
      <translation>&amp;Fensterung koppeln</translation>
    </message>
    <message>
      <source>Link &amp;zoom</source>
      <translation>&amp;Zoom koppeln</translation>
    </message>
    <message>
      <source>Listening port</source>
      <translation>Port dafür</translation>
    </message>
    <message>
      <source>Liver</source>
      <translation>Leber</translation>
    </message>
    <message>
      <source>localiser</source>
      <translation>Übersichtsaufnahme</translation>
    </message>
    <message>
      <source>Log</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>logit</source>
      <translation>Logit</translation>
    </message>
    <message>
      <source>Look first. The results appear when you have noted your impression.</source>
      <translation>Sehen Sie zuerst selbst. Die Ergebnisse erscheinen, wenn Sie Ihren Eindruck notiert haben.</translation>
    </message>
    <message>
      <source>Look-up table {name}</source>
      <translation>Wertetabelle {name}</translation>
    </message>
    <message>
      <source>Look-up table {number} of the file</source>
      <translation>Wertetabelle {number} der Datei</translation>
    </message>
    <message>
      <source>Looking at the image …</source>
      <translation>Das Bild wird betrachtet …</translation>
    </message>
    <message>
      <source>Looking for identity …</source>
      <translation>Suche nach Angaben zur Person …</translation>
    </message>
    <message>
      <source>LOW</source>
      <translation>GERING</translation>
    </message>
    <message>
      <source>Low</source>
      <translation>Gering</translation>
    </message>
    <message>
      <source>Low certainty</source>
      <translation>Geringe Sicherheit</translation>
    </message>
    <message>
      <source>Low contrast</source>
      <translation>Niedriger Kontrast</translation>
    </message>
    <message>
      <source>lower back</source>
      <translation>unterer Rücken</translation>
    </message>
    <message>
      <source>Lower is better.</source>
      <translation>Niedriger ist besser.</translation>
    </message>
    <message>
      <source>Lumbar spine</source>
      <translation>Lendenwirbelsäule</translation>
    </message>
    <message>
      <source>Lumbo-sacral spine</source>
      <translation>Lendenwirbelsäule und Kreuzbein</translation>
    </message>
    <message>
      <source>Lung</source>
      <translation>Lunge</translation>
    </message>
    <message>
      <source>Lungs</source>
      <translation>Lungen</translation>
    </message>
    <message>
      <source>lungs</source>
      <translation>Lunge</translation>
    </message>
    <message>
      <source>Magnetic resonance</source>
      <translation>Magnetresonanz</translation>
    </message>
    <message>
      <source>Magnification</source>
      <translation>Vergrößerung</translation>
    </message>
    <message>
      <source>Major: two points each</source>
      <translation>Hauptkriterien: je zwei Punkte</translation>
    </message>
    <message>
      <source>male</source>
      <translation>männlich</translation>
    </message>
    <message>
      <source>Malignant lesion</source>
      <translation>Bösartige Veränderung</translation>
    </message>
    <message>
      <source>Mammography</source>
      <translation>Mammographie</translation>
    </message>
    <message>
      <source>Mandible</source>
      <translation>Unterkiefer</translation>
    </message>
    <message>
      <source>Manual</source>
      <translation>Handbuch</translation>
    </message>
    <message>
      <source>map {value}</source>
      <translation>Karte {value}</translation>
    </message>
    <message>
      <source>Mark as &amp;key image</source>
      <translation>Als &amp;Schlüsselbild markieren</translation>
    </message>
    <message>
      <source>Marked</source>
      <translation>Vorgemerkt</translation>
    </message>
    <message>
      <source>Marked images exported: {count}, with {files} files of their own.</source>
      <translation>Vorgemerkte Bilder exportiert: {count}, mit {files} eigenen Dateien.</translation>
    </message>
    <message>
      <source>Marked images: {count}. Research use only.</source>
      <translation>Vorgemerkte Bilder: {count}. Nur für die Forschung.</translation>
    </message>
    <message>
      <source>marked: {count}</source>
      <translation>vorgemerkt: {count}</translation>
    </message>
    <message>
      <source>Mass</source>
      <translation>Raumforderung</translation>
    </message>
    <message>
      <source>Maxilla</source>
      <translation>Oberkiefer</translation>
    </message>
    <message>
      <source>Mean and deviation, of values 0..1</source>
      <translation>Mittelwert und Abweichung, von Werten 0..1</translation>
    </message>
    <message>
      <source>Mean overlap of the most relevant 1 to 99 % of the pixels with the region.</source>
      <translation>Mittlere Überlappung der wichtigsten 1 bis 99 % der Bildpunkte mit der Region.</translation>
    </message>
    <message>
      <source>mean {mean}  SD {sd}</source>
      <translation>Mittel {mean}  SD {sd}</translation>
    </message>
    <message>
      <source>Measure the scale</source>
      <translation>Maßstab messen</translation>
    </message>
    <message>
      <source>Measured on {images}.</source>
      <translation>Gemessen an {images}.</translation>
    </message>
    <message>
      <source>Measurements</source>
      <translation>Messungen</translation>
    </message>
    <message>
      <source>Mediastinum</source>
      <translation>Mediastinum</translation>
    </message>
    <message>
      <source>Melanocytic nevus</source>
      <translation>Melanozytärer Nävus</translation>
    </message>
    <message>
      <source>Melanoma</source>
      <translation>Melanom</translation>
    </message>
    <message>
      <source>Memory for decoding a file</source>
      <translation>Speicher zum Dekodieren einer Datei</translation>
    </message>
    <message>
      <source>Meningioma</source>
      <translation>Meningeom</translation>
    </message>
    <message>
      <source>Method</source>
      <translation>Methode</translation>
    </message>
    <message>
      <source>Microscopy</source>
      <translation>Mikroskopie</translation>
    </message>
    <message>
      <source>Middle button, drag</source>
      <translation>Mittlere Taste, ziehen</translation>
    </message>
    <message>
      <source>Minor: one point each</source>
      <translation>Nebenkriterien: je ein Punkt</translation>
    </message>
    <message>
      <source>Mo&amp;del</source>
      <translation>&amp;Modell</translation>
    </message>
    <message>
      <source>Modalities, and what it reads</source>
      <translation>Modalitäten, und was es liest</translation>
    </message>
    <message>
      <source>Modality</source>
      <translation>Modalität</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>Model hash</source>
      <translation>Modell-Hash</translation>
    </message>
    <message>
      <source>Model: {title} {version}</source>
      <translation>Modell: {title} {version}</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>Modelle</translation>
    </message>
    <message>
      <source>Models run on</source>
      <translation>Modelle rechnen auf</translation>
    </message>
    <message>
      <source>MODERATE</source>
      <translation>MITTEL</translation>
    </message>
    <message>
      <source>Moderate</source>
      <translation>Mittel</translation>
    </message>
    <message>
      <source>Moderate certainty</source>
      <translation>Mittlere Sicherheit</translation>
    </message>
    <message>
      <source>More …</source>
      <translation>Mehr …</translation>
    </message>
    <message>
      <source>Most doubtful first</source>
      <translation>Zweifelhafteste zuerst</translation>
    </message>
    <message>
      <source>Mouse buttons</source>
      <translation>Maustasten</translation>
    </message>
    <message>
      <source>Mouth</source>
      <translation>Mund</translation>
    </message>
    <message>
      <source>Move a drawing</source>
      <translation>Zeichnung verschieben</translation>
    </message>
    <message>
      <source>Move the picture with the left button, while held</source>
      <translation>Das Bild mit der linken Taste verschieben, solange gehalten</translation>
    </message>
    <message>
      <source>MR slices of the brain after contrast</source>
      <translation>MR-Schichten des Gehirns nach Kontrastmittel</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <source>Name the patient and the file</source>
      <translation>Patient und Datei nennen</translation>
    </message>
    <message>
      <source>nape</source>
      <translation>Nacken</translation>
    </message>
    <message>
      <source>Neck</source>
      <translation>Hals</translation>
    </message>
    <message>
      <source>neck</source>
      <translation>Hals</translation>
    </message>
    <message>
      <source>Neck and chest</source>
      <translation>Hals und Thorax</translation>
    </message>
    <message>
      <source>Neck, chest and abdomen</source>
      <translation>Hals, Thorax und Abdomen</translation>
    </message>
    <message>
      <source>Neck, chest, abdomen and pelvis</source>
      <translation>Hals, Thorax, Abdomen und Becken</translation>
    </message>
    <message>
      <source>needs a scale in both</source>
      <translation>braucht in beiden einen Maßstab</translation>
    </message>
    <message>
      <source>Network's own score</source>
      <translation>Wert des Netzes selbst</translation>
    </message>
    <message>
      <source>Networks</source>
      <translation>Netze</translation>
    </message>
    <message>
      <source>New archive</source>
      <translation>Neues Archiv</translation>
    </message>
    <message>
      <source>New keys</source>
      <translation>Neue Tasten</translation>
    </message>
    <message>
      <source>Next &amp;method</source>
      <translation>Nächste &amp;Methode</translation>
    </message>
    <message>
      <source>Next &amp;series</source>
      <translation>Nächste &amp;Serie</translation>
    </message>
    <message>
      <source>Next ke&amp;y image</source>
      <translation>Nächstes Schlüssel&amp;bild</translation>
    </message>
    <message>
      <source>No archive is configured yet: enter one under Archives.</source>
      <translation>Noch ist kein Archiv eingerichtet: Tragen Sie eines unter „Archive“ ein.</translation>
    </message>
    <message>
      <source>No change of area: a scale is missing and the pictures do not fit well enough.</source>
      <translation>Keine Flächenänderung: Ein Maßstab fehlt, und die Bilder passen nicht gut genug aufeinander.</translation>
    </message>
    <message>
      <source>no class can be ruled out ({share})</source>
      <translation>keine Klasse ist auszuschließen ({share})</translation>
    </message>
    <message>
      <source>no criterion</source>
      <translation>kein Kriterium</translation>
    </message>
    <message>
      <source>No DICOM image is marked as a key image.</source>
      <translation>Kein DICOM-Bild ist als Schlüsselbild markiert.</translation>
    </message>
    <message>
      <source>No earlier image of this patient and part of the body is open.</source>
      <translation>Es ist keine frühere Aufnahme dieses Patienten und dieser Körperregion geöffnet.</translation>
    </message>
    <message>
      <source>No explanation was made.</source>
      <translation>Es wurde keine Erklärung erstellt.</translation>
    </message>
    <message>
      <source>no finding above its cut-off</source>
      <translation>kein Befund über seinem Grenzwert</translation>
    </message>
    <message>
      <source>no finding is certainly present ({share})</source>
      <translation>kein Befund ist sicher vorhanden ({share})</translation>
    </message>
    <message>
      <source>No finding lies above its cut-off</source>
      <translation>Kein Befund liegt über seinem Grenzwert</translation>
    </message>
    <message>
      <source>No finding lies above its cut-off (the mark on the bar).</source>
      <translation>Kein Befund liegt über seinem Grenzwert (der Marke auf dem Balken).</translation>
    </message>
    <message>
      <source>No image is marked as a key image yet.</source>
      <translation>Noch ist kein Bild als Schlüsselbild markiert.</translation>
    </message>
    <message>
      <source>No lesion</source>
      <translation>Keine Veränderung</translation>
    </message>
    <message>
      <source>No level is promised: the calibration images are too few, or too many of the surest were wrong.</source>
      <translation>Keine Stufe ist zugesagt: Es gibt zu wenige Kalibrierbilder, oder zu viele der sichersten waren falsch.</translation>
    </message>
    <message>
      <source>No line is drawn yet.</source>
      <translation>Noch keine Linie gezeichnet.</translation>
    </message>
    <message>
      <source>No map</source>
      <translation>Keine Karte</translation>
    </message>
    <message>
      <source>No map yet</source>
      <translation>Noch keine Karte</translation>
    </message>
    <message>
      <source>No other model fits this image as well.</source>
      <translation>Kein anderes Modell passt ebenso gut zu diesem Bild.</translation>
    </message>
    <message>
      <source>No page holds these words.</source>
      <translation>Diese Wörter stehen auf keiner Seite.</translation>
    </message>
    <message>
      <source>no place marked</source>
      <translation>kein Ort markiert</translation>
    </message>
    <message>
      <source>No pneumonia</source>
      <translation>Keine Pneumonie</translation>
    </message>
    <message>
      <source>No probability of being right: undefined for this image: {labels}.</source>
      <translation>Keine Wahrscheinlichkeit, recht zu haben: für dieses Bild nicht definiert: {labels}.</translation>
    </message>
    <message>
      <source>no promise for {classes}: too few calibration images</source>
      <translation>keine Zusage für {classes}: zu wenige Kalibrierbilder</translation>
    </message>
    <message>
      <source>No region was found in the image.</source>
      <translation>Im Bild wurde keine Region gefunden.</translation>
    </message>
    <message>
      <source>No region, no figures.</source>
      <translation>Ohne Region keine Werte.</translation>
    </message>
    <message>
      <source>No registered view: the pictures do not fit each other ({figures}). They may show another lesion.</source>
      <translation>Keine übereinandergelegte Ansicht: Die Bilder passen nicht aufeinander ({figures}). Vielleicht zeigen sie verschiedene Läsionen.</translation>
    </message>
    <message>
      <source>No report was written: another image was opened meanwhile.</source>
      <translation>Es wurde kein Bericht geschrieben: Inzwischen wurde ein anderes Bild geöffnet.</translation>
    </message>
    <message>
      <source>No score yet: all four parts are needed.</source>
      <translation>Noch kein Wert: Alle vier Teile werden gebraucht.</translation>
    </message>
    <message>
      <source>No statement</source>
      <translation>Keine Aussage</translation>
    </message>
    <message>
      <source>No statement: the image was not classified.</source>
      <translation>Keine Aussage: Das Bild wurde nicht klassifiziert.</translation>
    </message>
    <message>
      <source>No study matches.</source>
      <translation>Keine Studie passt.</translation>
    </message>
    <message>
      <source>No windows: this is a colour picture</source>
      <translation>Keine Fensterung: ein Farbbild</translation>
    </message>
    <message>
      <source>nobody asks</source>
      <translation>keine nötig</translation>
    </message>
    <message>
      <source>Nodule</source>
      <translation>Rundherd</translation>
    </message>
    <message>
      <source>none</source>
      <translation>keiner</translation>
    </message>
    <message>
      <source>Nose</source>
      <translation>Nase</translation>
    </message>
    <message>
      <source>not above its cut-off of {cut_off}</source>
      <translation>nicht über seinem Grenzwert von {cut_off}</translation>
    </message>
    <message>
      <source>not analysed</source>
      <translation>nicht ausgewertet</translation>
    </message>
    <message>
      <source>not analysed: {count}</source>
      <translation>nicht ausgewertet: {count}</translation>
    </message>
    <message>
      <source>Not assessed yet.</source>
      <translation>Noch nicht beurteilt.</translation>
    </message>
    <message>
      <source>Not assessed.</source>
      <translation>Nicht beurteilt.</translation>
    </message>
    <message>
      <source>Not calibrated: this measures agreement with the region, not the chance of being right.</source>
      <translation>Nicht kalibriert: misst die Übereinstimmung mit der Region, nicht die Wahrscheinlichkeit, richtig zu liegen.</translation>
    </message>
    <message>
      <source>not complete</source>
      <translation>nicht vollständig</translation>
    </message>
    <message>
      <source>not computed yet</source>
      <translation>noch nicht berechnet</translation>
    </message>
    <message>
      <source>not filled in</source>
      <translation>nicht ausgefüllt</translation>
    </message>
    <message>
      <source>Not filled in.</source>
      <translation>Nicht ausgefüllt.</translation>
    </message>
    <message>
      <source>not measured</source>
      <translation>nicht gemessen</translation>
    </message>
    <message>
      <source>Not measured on other images.</source>
      <translation>An anderen Bildern nicht gemessen.</translation>
    </message>
    <message>
      <source>not normalised</source>
      <translation>nicht normiert</translation>
    </message>
    <message>
      <source>Not ruled out</source>
      <translation>Nicht ausgeschlossen</translation>
    </message>
    <message>
      <source>not ruled out: {classes}</source>
      <translation>nicht ausgeschlossen: {classes}</translation>
    </message>
    <message>
      <source>not stated</source>
      <translation>nicht angegeben</translation>
    </message>
    <message>
      <source>Not stated: its score does not lie above its cut-off.</source>
      <translation>Nicht genannt: Der Wert liegt nicht über seinem Grenzwert.</translation>
    </message>
    <message>
      <source>Not stored: {left}; they are kept and offered again.</source>
      <translation>Nicht gespeichert: {left}; sie werden aufgehoben und wieder angeboten.</translation>
    </message>
    <message>
      <source>Not the predicted class: the calibration speaks of the predicted class only.</source>
      <translation>Nicht der vorhergesagte Befund: die Kalibrierung gilt nur für den vorhergesagten.</translation>
    </message>
    <message>
      <source>Not whole yet: {count}.</source>
      <translation>Noch nicht vollständig: {count}.</translation>
    </message>
    <message>
      <source>Note</source>
      <translation>Notiz</translation>
    </message>
    <message>
      <source>Note it and show the results</source>
      <translation>Notieren und Ergebnisse zeigen</translation>
    </message>
    <message>
      <source>Notes as they were written, which may name patients</source>
      <translation>Notizen, wie sie geschrieben wurden; sie können Patienten nennen</translation>
    </message>
    <message>
      <source>Nothing has gone wrong so far.</source>
      <translation>Bisher ist nichts schiefgegangen.</translation>
    </message>
    <message>
      <source>Nothing is copied, moved or deleted: pictures are opened where they lie. Half-written files wait. Closing this window ends the watching.</source>
      <translation>Nichts wird kopiert, verschoben oder gelöscht: Bilder werden geöffnet, wo sie liegen. Halb geschriebene Dateien warten. Schließen beendet das Beobachten.</translation>
    </message>
    <message>
      <source>Nothing measured speaks for relying on this finding.</source>
      <translation>Nichts Gemessenes spricht dafür, sich auf diesen Befund zu verlassen.</translation>
    </message>
    <message>
      <source>Nothing was drawn on this image</source>
      <translation>Auf diesem Bild ist nichts eingezeichnet</translation>
    </message>
    <message>
      <source>Nothing yet</source>
      <translation>Noch nichts</translation>
    </message>
    <message>
      <source>oblique</source>
      <translation>schräg</translation>
    </message>
    <message>
      <source>Oedema</source>
      <translation>Ödem</translation>
    </message>
    <message>
      <source>Oesophagus</source>
      <translation>Speiseröhre</translation>
    </message>
    <message>
      <source>Of findings judged like this one, only the calibrated probability below is known.</source>
      <translation>Von so beurteilten Befunden ist nur die kalibrierte Wahrscheinlichkeit bekannt, die unten steht.</translation>
    </message>
    <message>
      <source>Of the images of each class that are like those it was calibrated on, at least this share has it among those named below the badge. The set comes from the scores alone: neither level nor region has a part in it.</source>
      <translation>Von den Bildern jeder Klasse, die denen der Kalibrierung gleichen, hat mindestens dieser Anteil sie unter den neben dem Abzeichen genannten. Die Menge kommt allein von den Werten des Netzes, nicht von Stufe oder Region.</translation>
    </message>
    <message>
      <source>Of the images that show a finding, and of those that do not, at least this share has it rightly told or left undecided, where they are like those it was calibrated on. It comes from the scores alone: neither level nor region has a part in it.</source>
      <translation>Von den Bildern, die einen Befund zeigen, und von denen ohne ihn ist er bei mindestens diesem Anteil richtig angegeben oder offen, wenn sie denen der Kalibrierung gleichen. Das kommt allein von den Werten des Netzes, nicht von Stufe oder Region.</translation>
    </message>
    <message>
      <source>Of this one answer, calibrated on labelled images with figures like these. A level's share is one of all its answers: a single one may lie below it.</source>
      <translation>Dieser einen Antwort, kalibriert an Bildern mit solchen Werten, deren Diagnose bekannt war. Der Anteil einer Stufe gilt für alle ihre Antworten: Eine einzelne kann darunter liegen.</translation>
    </message>
    <message>
      <source>of unknown origin</source>
      <translation>unbekannter Herkunft</translation>
    </message>
    <message>
      <source>Of {images} images that show this finding, {share} % were missed at this cut-off.</source>
      <translation>Von {images} Bildern, die diesen Befund zeigen, wurden bei diesem Grenzwert {share} % übersehen.</translation>
    </message>
    <message>
      <source>off</source>
      <translation>aus</translation>
    </message>
    <message>
      <source>On the validation data, findings judged like this one were often wrong.</source>
      <translation>Auf den Validierungsdaten waren so beurteilte Befunde oft falsch.</translation>
    </message>
    <message>
      <source>On the validation data, findings judged like this one were sometimes wrong.</source>
      <translation>Auf den Validierungsdaten waren so beurteilte Befunde manchmal falsch.</translation>
    </message>
    <message>
      <source>On the validation data, findings judged like this one were usually right.</source>
      <translation>Auf den Validierungsdaten waren so beurteilte Befunde meist richtig.</translation>
    </message>
    <message>
      <source>One class or several</source>
      <translation>Eine Klasse oder mehrere</translation>
    </message>
    <message>
      <source>One moment …</source>
      <translation>Einen Moment …</translation>
    </message>
    <message>
      <source>Only as published: cut-offs of the best F1, images for Gradient SHAP</source>
      <translation>Nur wie veröffentlicht: Schwellen mit bestem F1, Bilder für Gradient SHAP</translation>
    </message>
    <message>
      <source>Only results of a DICOM image can be filed in an archive.</source>
      <translation>Nur Ergebnisse eines DICOM-Bildes können in einem Archiv abgelegt werden.</translation>
    </message>
    <message>
      <source>Opacity</source>
      <translation>Deckkraft</translation>
    </message>
    <message>
      <source>Opacity of the maps: {value} %</source>
      <translation>Deckkraft der Karten: {value} %</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>Öffnen</translation>
    </message>
    <message>
      <source>Open &amp;folder …</source>
      <translation>&amp;Ordner öffnen …</translation>
    </message>
    <message>
      <source>Open &amp;recent</source>
      <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
      <source>Open a second image to compare the two.</source>
      <translation>Öffnen Sie ein zweites Bild, um beide zu vergleichen.</translation>
    </message>
    <message>
      <source>Open an image to begin.</source>
      <translation>Öffnen Sie ein Bild.</translation>
    </message>
    <message>
      <source>Open files …</source>
      <translation>Dateien öffnen …</translation>
    </message>
    <message>
      <source>Open folder</source>
      <translation>Ordner öffnen</translation>
    </message>
    <message>
      <source>Open folder …</source>
      <translation>Ordner öffnen …</translation>
    </message>
    <message>
      <source>Open from a&amp;rchive …</source>
      <translation>Aus dem A&amp;rchiv öffnen …</translation>
    </message>
    <message>
      <source>Open from archive</source>
      <translation>Aus dem Archiv öffnen</translation>
    </message>
    <message>
      <source>Open images</source>
      <translation>Bilder öffnen</translation>
    </message>
    <message>
      <source>Open res&amp;ults …</source>
      <translation>Erge&amp;bnisse öffnen …</translation>
    </message>
    <message>
      <source>Open results</source>
      <translation>Ergebnisse öffnen</translation>
    </message>
    <message>
      <source>Open results in stora&amp;ge …</source>
      <translation>Ergebnisse im Ob&amp;jektspeicher öffnen …</translation>
    </message>
    <message>
      <source>Open sess&amp;ion …</source>
      <translation>S&amp;itzung öffnen …</translation>
    </message>
    <message>
      <source>Open session</source>
      <translation>Sitzung öffnen</translation>
    </message>
    <message>
      <source>open the image to measure</source>
      <translation>zum Messen das Bild öffnen</translation>
    </message>
    <message>
      <source>Opening the session …</source>
      <translation>Sitzung wird geöffnet …</translation>
    </message>
    <message>
      <source>Opening the time line …</source>
      <translation>Zeitreihe wird geöffnet …</translation>
    </message>
    <message>
      <source>Opening was cancelled.</source>
      <translation>Das Öffnen wurde abgebrochen.</translation>
    </message>
    <message>
      <source>Opening …</source>
      <translation>Wird geöffnet …</translation>
    </message>
    <message>
      <source>Optic canal</source>
      <translation>Sehnervenkanal</translation>
    </message>
    <message>
      <source>or</source>
      <translation>oder</translation>
    </message>
    <message>
      <source>Orbit</source>
      <translation>Augenhöhle</translation>
    </message>
    <message>
      <source>Order</source>
      <translation>Reihenfolge</translation>
    </message>
    <message>
      <source>Original</source>
      <translation>Original</translation>
    </message>
    <message>
      <source>Original and SegX, blended</source>
      <translation>Original und SegX, überblendet</translation>
    </message>
    <message>
      <source>Original map</source>
      <translation>Originalkarte</translation>
    </message>
    <message>
      <source>Original map · {method} · {finding}</source>
      <translation>Originalkarte · {method} · {finding}</translation>
    </message>
    <message>
      <source>Originals</source>
      <translation>Originale</translation>
    </message>
    <message>
      <source>Other</source>
      <translation>Andere</translation>
    </message>
    <message>
      <source>other</source>
      <translation>divers</translation>
    </message>
    <message>
      <source>Other m&amp;odel that fits</source>
      <translation>Anderes passendes M&amp;odell</translation>
    </message>
    <message>
      <source>outline</source>
      <translation>Umriss</translation>
    </message>
    <message>
      <source>Outlines, measurements and window (presentation state)</source>
      <translation>Umrisse, Messungen und Fenster (Presentation State)</translation>
    </message>
    <message>
      <source>Outside the region: what SegX hides</source>
      <translation>Außerhalb der Region: was SegX ausblendet</translation>
    </message>
    <message>
      <source>outside the training population</source>
      <translation>außerhalb der Trainingspopulation</translation>
    </message>
    <message>
      <source>outside the {region}</source>
      <translation>außerhalb ({region})</translation>
    </message>
    <message>
      <source>Ovary</source>
      <translation>Eierstock</translation>
    </message>
    <message>
      <source>over the same connection (C-GET)</source>
      <translation>über dieselbe Verbindung (C-GET)</translation>
    </message>
    <message>
      <source>Overlap of the 5 % most relevant pixels with the region; a small region caps it.</source>
      <translation>Überlappung der wichtigsten 5 % der Bildpunkte mit der Region; eine kleine Region begrenzt sie.</translation>
    </message>
    <message>
      <source>Overlap of the top 5 % with the region</source>
      <translation>Überlappung der obersten 5 % mit der Region</translation>
    </message>
    <message>
      <source>Overlap of the top 5 % with the {region} (IoU)</source>
      <translation>Überlappung der obersten 5 % ({region}, IoU)</translation>
    </message>
    <message>
      <source>Overlap with the region (IoU)</source>
      <translation>Überlappung mit der Region (IoU)</translation>
    </message>
    <message>
      <source>Overlay</source>
      <translation>Karten</translation>
    </message>
    <message>
      <source>Overview</source>
      <translation>Übersicht</translation>
    </message>
    <message>
      <source>Overview of all images in front (PDF)</source>
      <translation>Übersicht aller Bilder voran (PDF)</translation>
    </message>
    <message>
      <source>Overview {number} of {count}</source>
      <translation>Übersicht {number} von {count}</translation>
    </message>
    <message>
      <source>Own certificate</source>
      <translation>Eigenes Zertifikat</translation>
    </message>
    <message>
      <source>P&amp;revious image</source>
      <translation>&amp;Voriges Bild</translation>
    </message>
    <message>
      <source>P&amp;rior beside it</source>
      <translation>Vo&amp;raufnahme daneben</translation>
    </message>
    <message>
      <source>Page {number}</source>
      <translation>Seite {number}</translation>
    </message>
    <message>
      <source>Page {number} of {count}</source>
      <translation>Seite {number} von {count}</translation>
    </message>
    <message>
      <source>Pages</source>
      <translation>Seiten</translation>
    </message>
    <message>
      <source>Pan</source>
      <translation>Verschieben</translation>
    </message>
    <message>
      <source>Pancreas</source>
      <translation>Bauchspeicheldrüse</translation>
    </message>
    <message>
      <source>Paranasal sinus</source>
      <translation>Nasennebenhöhle</translation>
    </message>
    <message>
      <source>Parotid gland</source>
      <translation>Ohrspeicheldrüse</translation>
    </message>
    <message>
      <source>Password of {user}</source>
      <translation>Passwort von {user}</translation>
    </message>
    <message>
      <source>Patella</source>
      <translation>Kniescheibe</translation>
    </message>
    <message>
      <source>Patient</source>
      <translation>Patient</translation>
    </message>
    <message>
      <source>Patient ID</source>
      <translation>Patienten-ID</translation>
    </message>
    <message>
      <source>Patient {name} ({count})</source>
      <translation>Patient {name} ({count})</translation>
    </message>
    <message>
      <source>patients of {low} to {high} years</source>
      <translation>Patienten von {low} bis {high} Jahren</translation>
    </message>
    <message>
      <source>patients of {low} years and older</source>
      <translation>Patienten ab {low} Jahren</translation>
    </message>
    <message>
      <source>patients younger than {high} years</source>
      <translation>Patienten unter {high} Jahren</translation>
    </message>
    <message>
      <source>Pelvis</source>
      <translation>Becken</translation>
    </message>
    <message>
      <source>Penis</source>
      <translation>Penis</translation>
    </message>
    <message>
      <source>Percentage beside a finding</source>
      <translation>Prozentzahl neben einem Befund</translation>
    </message>
    <message>
      <source>Person</source>
      <translation>Person</translation>
    </message>
    <message>
      <source>Pharynx</source>
      <translation>Rachen</translation>
    </message>
    <message>
      <source>Photograph</source>
      <translation>Fotografie</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>Bilddatei</translation>
    </message>
    <message>
      <source>Picture file</source>
      <translation>Bilddatei</translation>
    </message>
    <message>
      <source>Picture of</source>
      <translation>Bild vom</translation>
    </message>
    <message>
      <source>Picture of the report page (PNG)</source>
      <translation>Bild der Berichtsseite (PNG)</translation>
    </message>
    <message>
      <source>Pictures of the lesion</source>
      <translation>Bilder der Läsion</translation>
    </message>
    <message>
      <source>Pictures of this kind often have text burned in. Look closely.</source>
      <translation>In Bilder dieser Art ist oft Text eingebrannt. Sehen Sie genau hin.</translation>
    </message>
    <message>
      <source>Pictures with the same patient and lesion are one time line. The program never guesses this.</source>
      <translation>Bilder mit demselben Patienten und derselben Läsion sind eine Zeitreihe. Das Programm rät das nie.</translation>
    </message>
    <message>
      <source>pigment network</source>
      <translation>Pigmentnetz</translation>
    </message>
    <message>
      <source>Pituitary tumour</source>
      <translation>Hypophysentumor</translation>
    </message>
    <message>
      <source>Pixel hash</source>
      <translation>Bild-Hash</translation>
    </message>
    <message>
      <source>Pixel ROC AUC</source>
      <translation>ROC-AUC der Bildpunkte</translation>
    </message>
    <message>
      <source>Pixel size</source>
      <translation>Pixelgröße</translation>
    </message>
    <message>
      <source>Place: {place}</source>
      <translation>Ort: {place}</translation>
    </message>
    <message>
      <source>Play</source>
      <translation>Abspielen</translation>
    </message>
    <message>
      <source>Play as &amp;film, or stop</source>
      <translation>Als &amp;Film abspielen oder anhalten</translation>
    </message>
    <message>
      <source>Pleural thickening</source>
      <translation>Pleuraverdickung</translation>
    </message>
    <message>
      <source>Pneumonia</source>
      <translation>Pneumonie</translation>
    </message>
    <message>
      <source>Pneumothorax</source>
      <translation>Pneumothorax</translation>
    </message>
    <message>
      <source>Pointing game</source>
      <translation>Pointing Game</translation>
    </message>
    <message>
      <source>poor</source>
      <translation>schlecht</translation>
    </message>
    <message>
      <source>Port</source>
      <translation>Port</translation>
    </message>
    <message>
      <source>possible</source>
      <translation>möglich</translation>
    </message>
    <message>
      <source>Prediction correct</source>
      <translation>Vorhersage richtig</translation>
    </message>
    <message>
      <source>Prediction set</source>
      <translation>Vorhersagemenge</translation>
    </message>
    <message>
      <source>Prediction set holds the true class</source>
      <translation>Vorhersagemenge enthält die richtige Klasse</translation>
    </message>
    <message>
      <source>Prediction set of each finding holds the truth</source>
      <translation>Vorhersagemenge jedes Befunds enthält das Richtige</translation>
    </message>
    <message>
      <source>present: {classes} ({share})</source>
      <translation>vorhanden: {classes} ({share})</translation>
    </message>
    <message>
      <source>Previous key i&amp;mage</source>
      <translation>Vori&amp;ges Schlüsselbild</translation>
    </message>
    <message>
      <source>Previous s&amp;eries</source>
      <translation>Vorige S&amp;erie</translation>
    </message>
    <message>
      <source>Print</source>
      <translation>Drucken</translation>
    </message>
    <message>
      <source>Print …</source>
      <translation>Drucken …</translation>
    </message>
    <message>
      <source>Privacy and limits</source>
      <translation>Datenschutz und Grenzen</translation>
    </message>
    <message>
      <source>Probabilities as the network states them; together 100 %.</source>
      <translation>Wahrscheinlichkeiten, wie das Netz sie angibt; zusammen 100 %.</translation>
    </message>
    <message>
      <source>Probability</source>
      <translation>Wahrscheinlichkeit</translation>
    </message>
    <message>
      <source>probability</source>
      <translation>Wahrscheinlichkeit</translation>
    </message>
    <message>
      <source>Probability of being right</source>
      <translation>Wahrscheinlichkeit, richtig zu sein</translation>
    </message>
    <message>
      <source>probability of being right: {share}</source>
      <translation>zu {share} wahrscheinlich richtig</translation>
    </message>
    <message>
      <source>probable</source>
      <translation>wahrscheinlich</translation>
    </message>
    <message>
      <source>Processor</source>
      <translation>Prozessor</translation>
    </message>
    <message>
      <source>Program</source>
      <translation>Programm</translation>
    </message>
    <message>
      <source>promise not kept on the test images for {classes}</source>
      <translation>Zusage auf den Testbildern nicht eingehalten für {classes}</translation>
    </message>
    <message>
      <source>promise of this level not kept on the test images</source>
      <translation>Zusage dieser Stufe auf den Testbildern nicht eingehalten</translation>
    </message>
    <message>
      <source>promise of this level not kept on the test images among {images}</source>
      <translation>Zusage dieser Stufe auf den Testbildern nicht eingehalten bei {images}</translation>
    </message>
    <message>
      <source>Prostate</source>
      <translation>Prostata</translation>
    </message>
    <message>
      <source>Protocol</source>
      <translation>Protokoll</translation>
    </message>
    <message>
      <source>R</source>
      <translation>R</translation>
    </message>
    <message>
      <source>Radiography</source>
      <translation>Radiographie</translation>
    </message>
    <message>
      <source>Radius</source>
      <translation>Speiche</translation>
    </message>
    <message>
      <source>Randomised parameters</source>
      <translation>Zufällige Parameter</translation>
    </message>
    <message>
      <source>rank {rank:.2f}, {top:.0f} %</source>
      <translation>Rang {rank:.2f}, {top:.0f} %</translation>
    </message>
    <message>
      <source>Read</source>
      <translation>Gelesen</translation>
    </message>
    <message>
      <source>Read it?</source>
      <translation>Lesen?</translation>
    </message>
    <message>
      <source>read: {count}</source>
      <translation>gelesen: {count}</translation>
    </message>
    <message>
      <source>Reader's impression</source>
      <translation>Eindruck des Befunders</translation>
    </message>
    <message>
      <source>Reading the results …</source>
      <translation>Ergebnisse werden gelesen …</translation>
    </message>
    <message>
      <source>Reading {name} …</source>
      <translation>{name} wird gelesen …</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>Grund</translation>
    </message>
    <message>
      <source>RECENT</source>
      <translation>ZULETZT</translation>
    </message>
    <message>
      <source>Rectangle</source>
      <translation>Rechteck</translation>
    </message>
    <message>
      <source>rectangle</source>
      <translation>Rechteck</translation>
    </message>
    <message>
      <source>Rectum</source>
      <translation>Mastdarm</translation>
    </message>
    <message>
      <source>red</source>
      <translation>rot</translation>
    </message>
    <message>
      <source>Reduced to {share} of the image's resolution</source>
      <translation>Auf {share} der Bildauflösung verkleinert</translation>
    </message>
    <message>
      <source>refused</source>
      <translation>abgelehnt</translation>
    </message>
    <message>
      <source>Region</source>
      <translation>Region</translation>
    </message>
    <message>
      <source>region</source>
      <translation>Region</translation>
    </message>
    <message>
      <source>Region (SEG)</source>
      <translation>Region (SEG)</translation>
    </message>
    <message>
      <source>Region as a label map (SEG)</source>
      <translation>Region als Label-Map (SEG)</translation>
    </message>
    <message>
      <source>Region's probability (fractional SEG)</source>
      <translation>Wahrscheinlichkeit der Region (fraktionales SEG)</translation>
    </message>
    <message>
      <source>Region, and its channels</source>
      <translation>Region und ihre Kanäle</translation>
    </message>
    <message>
      <source>regression structures</source>
      <translation>Regressionsstrukturen</translation>
    </message>
    <message>
      <source>Remember opened files and the session</source>
      <translation>Geöffnete Dateien und die Sitzung merken</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <source>Remove a drawing</source>
      <translation>Zeichnung löschen</translation>
    </message>
    <message>
      <source>Remove all &amp;drawings</source>
      <translation>Alle &amp;Zeichnungen entfernen</translation>
    </message>
    <message>
      <source>Remove all drawings</source>
      <translation>Alle Zeichnungen entfernen</translation>
    </message>
    <message>
      <source>Remove the scale from this picture</source>
      <translation>Maßstab von diesem Bild entfernen</translation>
    </message>
    <message>
      <source>Remove {names}? The files are deleted.</source>
      <translation>{names} entfernen? Die Dateien werden gelöscht.</translation>
    </message>
    <message>
      <source>removed</source>
      <translation>entfernt</translation>
    </message>
    <message>
      <source>Removed {names}.</source>
      <translation>{names} entfernt.</translation>
    </message>
    <message>
      <source>Removing what the map marks lowers the class's probability sooner than its shape elsewhere (area {area:.2f}, the same shape elsewhere {control:.2f}).</source>
      <translation>Zu entfernen, was die Karte markiert, senkt die Wahrscheinlichkeit der Klasse früher als dieselbe Form anderswo (Fläche {area:.2f}, dieselbe Form anderswo {control:.2f}).</translation>
    </message>
    <message>
      <source>Removing what the map marks matters no more than the same shape elsewhere (area {area:.2f}, the same shape elsewhere {control:.2f}).</source>
      <translation>Zu entfernen, was die Karte markiert, bewirkt nicht mehr als dieselbe Form anderswo (Fläche {area:.2f}, dieselbe Form anderswo {control:.2f}).</translation>
    </message>
    <message>
      <source>Repeatability</source>
      <translation>Wiederholbarkeit</translation>
    </message>
    <message>
      <source>Repeated with other random numbers, the method agrees with itself (rank correlation {likeness:.2f}, overlap of the top 5 % {overlap:.2f}).</source>
      <translation>Mit anderen Zufallszahlen wiederholt, stimmt das Verfahren mit sich überein (Rangkorrelation {likeness:.2f}, Überlappung der obersten 5 % {overlap:.2f}).</translation>
    </message>
    <message>
      <source>Repeated with other random numbers, the method disagrees with itself (rank correlation {likeness:.2f}, overlap of the top 5 % {overlap:.2f}).</source>
      <translation>Mit anderen Zufallszahlen wiederholt, stimmt das Verfahren nicht mit sich überein (Rangkorrelation {likeness:.2f}, Überlappung der obersten 5 % {overlap:.2f}).</translation>
    </message>
    <message>
      <source>replaced</source>
      <translation>ersetzt</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>Bericht</translation>
    </message>
    <message>
      <source>Report (encapsulated PDF)</source>
      <translation>Bericht (eingebettetes PDF)</translation>
    </message>
    <message>
      <source>Report for printing (PDF)</source>
      <translation>Bericht zum Drucken (PDF)</translation>
    </message>
    <message>
      <source>Report of these …</source>
      <translation>Bericht über diese …</translation>
    </message>
    <message>
      <source>Report page as a picture (Secondary Capture)</source>
      <translation>Berichtsseite als Bild (Secondary Capture)</translation>
    </message>
    <message>
      <source>Report written: {path}</source>
      <translation>Bericht geschrieben: {path}</translation>
    </message>
    <message>
      <source>Reports and JSON</source>
      <translation>Berichte und JSON</translation>
    </message>
    <message>
      <source>Reports and JSON, which hold identities in this run</source>
      <translation>Berichte und JSON, die in diesem Lauf Identitäten enthalten</translation>
    </message>
    <message>
      <source>RESEARCH USE ONLY - not for diagnosis</source>
      <translation>NUR FÜR FORSCHUNG - nicht für die Diagnose</translation>
    </message>
    <message>
      <source>Research use only - not for diagnosis</source>
      <translation>Nur für Forschung - nicht für die Diagnose</translation>
    </message>
    <message>
      <source>Research use only. The checks judge the map, not the finding.</source>
      <translation>Nur für die Forschung. Die Prüfungen beurteilen die Karte, nicht den Befund.</translation>
    </message>
    <message>
      <source>Research use only. What is promised holds for images like these.</source>
      <translation>Nur für die Forschung. Was versprochen wird, gilt für Bilder wie diese.</translation>
    </message>
    <message>
      <source>Reset</source>
      <translation>Zurücksetzen</translation>
    </message>
    <message>
      <source>Restore the last &amp;session</source>
      <translation>Letzte &amp;Sitzung wiederherstellen</translation>
    </message>
    <message>
      <source>Restore the last session</source>
      <translation>Letzte Sitzung wiederherstellen</translation>
    </message>
    <message>
      <source>Rib</source>
      <translation>Rippe</translation>
    </message>
    <message>
      <source>right</source>
      <translation>rechts</translation>
    </message>
    <message>
      <source>Right button, drag</source>
      <translation>Rechte Taste, ziehen</translation>
    </message>
    <message>
      <source>right lateral</source>
      <translation>seitlich rechts</translation>
    </message>
    <message>
      <source>right lung</source>
      <translation>rechte Lunge</translation>
    </message>
    <message>
      <source>Rotate &amp;left</source>
      <translation>Nach &amp;links drehen</translation>
    </message>
    <message>
      <source>Rotate &amp;right</source>
      <translation>Nach &amp;rechts drehen</translation>
    </message>
    <message>
      <source>Rule {number}</source>
      <translation>Regel {number}</translation>
    </message>
    <message>
      <source>Sacroiliac joint</source>
      <translation>Iliosakralgelenk</translation>
    </message>
    <message>
      <source>Sacrum</source>
      <translation>Kreuzbein</translation>
    </message>
    <message>
      <source>sagittal</source>
      <translation>sagittal</translation>
    </message>
    <message>
      <source>Saliency map (Parametric Map)</source>
      <translation>Salienzkarte (Parametric Map)</translation>
    </message>
    <message>
      <source>saliency map × region, {scaling}, on {width} × {height} pixels; drawn at the picture's resolution</source>
      <translation>Saliency Map × Region, {scaling}, auf {width} × {height} Pixeln; in der Auflösung des Bildes gezeichnet</translation>
    </message>
    <message>
      <source>Sample single pixels when an image shrinks</source>
      <translation>Einzelne Pixel nehmen, wenn ein Bild kleiner wird</translation>
    </message>
    <message>
      <source>Save copy …</source>
      <translation>Kopie speichern …</translation>
    </message>
    <message>
      <source>Save key &amp;images …</source>
      <translation>Schlüssel&amp;bilder speichern …</translation>
    </message>
    <message>
      <source>Save session</source>
      <translation>Sitzung speichern</translation>
    </message>
    <message>
      <source>Save the de-identified copy</source>
      <translation>De-identifizierte Kopie speichern</translation>
    </message>
    <message>
      <source>Saved.</source>
      <translation>Gespeichert.</translation>
    </message>
    <message>
      <source>Say the folder, the patient and the lesion.</source>
      <translation>Nennen Sie Ordner, Patient und Läsion.</translation>
    </message>
    <message>
      <source>Scale</source>
      <translation>Maßstab</translation>
    </message>
    <message>
      <source>Scale and size</source>
      <translation>Maßstab und Größe</translation>
    </message>
    <message>
      <source>Scale: {name}</source>
      <translation>Maßstab: {name}</translation>
    </message>
    <message>
      <source>Scale: {name}, {size} mm per pixel. Set by you, not by the file.</source>
      <translation>Maßstab: {name}, {size} mm je Pixel. Von Ihnen gesetzt, nicht von der Datei.</translation>
    </message>
    <message>
      <source>scaled to 0..1 as published</source>
      <translation>wie veröffentlicht auf 0..1 skaliert</translation>
    </message>
    <message>
      <source>Scales that are kept</source>
      <translation>Aufbewahrte Maßstäbe</translation>
    </message>
    <message>
      <source>Scalp</source>
      <translation>Kopfhaut</translation>
    </message>
    <message>
      <source>Scanner</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <source>Scapula</source>
      <translation>Schulterblatt</translation>
    </message>
    <message>
      <source>Sclera</source>
      <translation>Lederhaut des Auges</translation>
    </message>
    <message>
      <source>Score (TDS) {score}: by the rule {verdict} (below 4.75 benign, above 5.45 melanoma).</source>
      <translation>Wert (TDS) {score}: nach der Regel {verdict} (unter 4,75 gutartig, über 5,45 Melanom).</translation>
    </message>
    <message>
      <source>Score only: {finding}</source>
      <translation>Nur Wert: {finding}</translation>
    </message>
    <message>
      <source>Scroll, or zoom where there is no stack</source>
      <translation>Blättern, ohne Stapel zoomen</translation>
    </message>
    <message>
      <source>Scrotum</source>
      <translation>Hodensack</translation>
    </message>
    <message>
      <source>Search</source>
      <translation>Suchen</translation>
    </message>
    <message>
      <source>Search command or key</source>
      <translation>Befehl oder Taste suchen</translation>
    </message>
    <message>
      <source>Search tag, name or value</source>
      <translation>Tag, Name oder Wert suchen</translation>
    </message>
    <message>
      <source>Search the manual</source>
      <translation>Im Handbuch suchen</translation>
    </message>
    <message>
      <source>Searching in {name} …</source>
      <translation>Suche in {name} …</translation>
    </message>
    <message>
      <source>Second &amp;window</source>
      <translation>&amp;Zweites Fenster</translation>
    </message>
    <message>
      <source>second line</source>
      <translation>zweite Linie</translation>
    </message>
    <message>
      <source>Secondary capture</source>
      <translation>Secondary Capture</translation>
    </message>
    <message>
      <source>Seconds to wait</source>
      <translation>Wartezeit in Sekunden</translation>
    </message>
    <message>
      <source>See what a network saw in a chest radiograph or a dermoscopy picture, and how far to trust it.</source>
      <translation>Sehen, was ein Netz in einer Thoraxaufnahme oder einem Dermatoskopiebild gesehen hat und wie weit ihm zu trauen ist.</translation>
    </message>
    <message>
      <source>Seed stability</source>
      <translation>Wiederholbarkeit</translation>
    </message>
    <message>
      <source>Segmentation</source>
      <translation>Segmentierung</translation>
    </message>
    <message>
      <source>Segmenter: file, or model to borrow from</source>
      <translation>Segmentierer: Datei, oder Modell, das seinen leiht</translation>
    </message>
    <message>
      <source>SegU (cAUITC): agreement, no sign of being right here</source>
      <translation>SegU (cAUITC): Übereinstimmung, hier kein Zeichen für Richtigkeit</translation>
    </message>
    <message>
      <source>SegU certainty</source>
      <translation>SegU-Sicherheit</translation>
    </message>
    <message>
      <source>SegU certainty (cAUITC)</source>
      <translation>SegU-Sicherheit (cAUITC)</translation>
    </message>
    <message>
      <source>SegU certainty {value:.0f} %</source>
      <translation>SegU-Sicherheit {value:.0f} %</translation>
    </message>
    <message>
      <source>SegU certainty: describes agreement, does not predict correctness here</source>
      <translation>SegU-Sicherheit: beschreibt Übereinstimmung, sagt hier Richtigkeit nicht voraus</translation>
    </message>
    <message>
      <source>SegU describes agreement; it does not predict correctness here.</source>
      <translation>SegU beschreibt Übereinstimmung; Richtigkeit sagt es hier nicht voraus.</translation>
    </message>
    <message>
      <source>SegU measures how well the network's attention agrees with the {region}.</source>
      <translation>SegU misst, wie gut die Aufmerksamkeit des Netzes zur Region passt ({region}).</translation>
    </message>
    <message>
      <source>SegX</source>
      <translation>SegX</translation>
    </message>
    <message>
      <source>SegX and SegU</source>
      <translation>SegX und SegU</translation>
    </message>
    <message>
      <source>SegX hides this share; a high one can mean that the network used something else.</source>
      <translation>SegX blendet diesen Anteil aus; ist er hoch, hat das Netz vielleicht etwas anderes benutzt.</translation>
    </message>
    <message>
      <source>SegX map</source>
      <translation>SegX-Karte</translation>
    </message>
    <message>
      <source>SegX map (Parametric Map)</source>
      <translation>SegX-Karte (Parametric Map)</translation>
    </message>
    <message>
      <source>SegX map · {method} within the {region}</source>
      <translation>SegX-Karte · {method}, nur {region}</translation>
    </message>
    <message>
      <source>SegX Viewer, second window - research use only</source>
      <translation>SegX Viewer, zweites Fenster - nur für die Forschung</translation>
    </message>
    <message>
      <source>Send</source>
      <translation>Senden</translation>
    </message>
    <message>
      <source>Send results to arc&amp;hive …</source>
      <translation>Ergebnisse ins Arc&amp;hiv senden …</translation>
    </message>
    <message>
      <source>Send results to archive</source>
      <translation>Ergebnisse ins Archiv senden</translation>
    </message>
    <message>
      <source>Sending to {name} …</source>
      <translation>Sende an {name} …</translation>
    </message>
    <message>
      <source>Sensitivity</source>
      <translation>Empfindlichkeit</translation>
    </message>
    <message>
      <source>sent to this computer (C-MOVE)</source>
      <translation>an diesen Rechner gesendet (C-MOVE)</translation>
    </message>
    <message>
      <source>Series</source>
      <translation>Serie</translation>
    </message>
    <message>
      <source>Session written: {path}</source>
      <translation>Sitzung geschrieben: {path}</translation>
    </message>
    <message>
      <source>Sessions (*{suffix})</source>
      <translation>Sitzungen (*{suffix})</translation>
    </message>
    <message>
      <source>Set</source>
      <translation>Setzen</translation>
    </message>
    <message>
      <source>set by the reader</source>
      <translation>vom Befunder gesetzt</translation>
    </message>
    <message>
      <source>Set the scale</source>
      <translation>Maßstab setzen</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>Einstellungen</translation>
    </message>
    <message>
      <source>Share of the highest pixels, as many as the region has, that lie inside it.</source>
      <translation>Anteil der höchsten Bildpunkte, so viele wie die Region hat, die in ihr liegen.</translation>
    </message>
    <message>
      <source>Share of the image.</source>
      <translation>Anteil am Bild.</translation>
    </message>
    <message>
      <source>Share of the pixels that the top set holds</source>
      <translation>Anteil der Bildpunkte in der obersten Menge</translation>
    </message>
    <message>
      <source>share of the pixels, most relevant first; upwards: probability of the class</source>
      <translation>Anteil der Pixel, wichtigste zuerst; nach oben: Wahrscheinlichkeit der Klasse</translation>
    </message>
    <message>
      <source>Share of the whole attribution that lies inside the region.</source>
      <translation>Anteil der gesamten Attribution, der in der Region liegt.</translation>
    </message>
    <message>
      <source>Shift all dates of a patient by as many days, keep times</source>
      <translation>Alle Daten eines Patienten um gleich viele Tage verschieben, Uhrzeiten behalten</translation>
    </message>
    <message>
      <source>shifted</source>
      <translation>verschoben</translation>
    </message>
    <message>
      <source>shin</source>
      <translation>Schienbein</translation>
    </message>
    <message>
      <source>Short name</source>
      <translation>Kurzname</translation>
    </message>
    <message>
      <source>Shoulder</source>
      <translation>Schulter</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>Zeigen</translation>
    </message>
    <message>
      <source>Show only the most relevant pixels of each map, as in the SegX paper (T)</source>
      <translation>Nur die wichtigsten Bildpunkte jeder Karte zeigen, wie in der SegX-Arbeit (T)</translation>
    </message>
    <message>
      <source>Show the time line</source>
      <translation>Zeitreihe zeigen</translation>
    </message>
    <message>
      <source>Side</source>
      <translation>Neben</translation>
    </message>
    <message>
      <source>Side &amp;panels</source>
      <translation>&amp;Seitenleisten</translation>
    </message>
    <message>
      <source>since yesterday</source>
      <translation>seit gestern</translation>
    </message>
    <message>
      <source>Single images</source>
      <translation>Einzelbilder</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>Größe</translation>
    </message>
    <message>
      <source>Size and shape of the region</source>
      <translation>Größe und Form der Region</translation>
    </message>
    <message>
      <source>Size of the region</source>
      <translation>Größe der Region</translation>
    </message>
    <message>
      <source>Size of the {region}</source>
      <translation>Größe ({region})</translation>
    </message>
    <message>
      <source>Skin</source>
      <translation>Haut</translation>
    </message>
    <message>
      <source>skipped</source>
      <translation>übersprungen</translation>
    </message>
    <message>
      <source>Skull</source>
      <translation>Schädel</translation>
    </message>
    <message>
      <source>slow</source>
      <translation>langsam</translation>
    </message>
    <message>
      <source>Software</source>
      <translation>Software</translation>
    </message>
    <message>
      <source>SOP instance</source>
      <translation>SOP-Instanz</translation>
    </message>
    <message>
      <source>Source</source>
      <translation>Quelle</translation>
    </message>
    <message>
      <source>Speed of the film</source>
      <translation>Tempo des Films</translation>
    </message>
    <message>
      <source>Spine</source>
      <translation>Wirbelsäule</translation>
    </message>
    <message>
      <source>Spleen</source>
      <translation>Milz</translation>
    </message>
    <message>
      <source>stack {value}</source>
      <translation>Stapel {value}</translation>
    </message>
    <message>
      <source>Start from</source>
      <translation>Ausgehen von</translation>
    </message>
    <message>
      <source>Start watching</source>
      <translation>Beobachten</translation>
    </message>
    <message>
      <source>Sternum</source>
      <translation>Brustbein</translation>
    </message>
    <message>
      <source>still to come: {count}</source>
      <translation>noch ausstehend: {count}</translation>
    </message>
    <message>
      <source>Stomach</source>
      <translation>Magen</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>Anhalten</translation>
    </message>
    <message>
      <source>Stop watching</source>
      <translation>Beobachten beenden</translation>
    </message>
    <message>
      <source>Stopped. What has come stays.</source>
      <translation>Angehalten. Was gekommen ist, bleibt.</translation>
    </message>
    <message>
      <source>stored {value}</source>
      <translation>gespeichert {value}</translation>
    </message>
    <message>
      <source>Stored: {count}.</source>
      <translation>Gespeichert: {count}.</translation>
    </message>
    <message>
      <source>structureless areas</source>
      <translation>strukturlose Areale</translation>
    </message>
    <message>
      <source>STUDIES</source>
      <translation>UNTERSUCHUNGEN</translation>
    </message>
    <message>
      <source>Studies</source>
      <translation>Untersuchungen</translation>
    </message>
    <message>
      <source>Studies found: {count}</source>
      <translation>Gefundene Studien: {count}</translation>
    </message>
    <message>
      <source>Study</source>
      <translation>Untersuchung</translation>
    </message>
    <message>
      <source>Study date</source>
      <translation>Studiendatum</translation>
    </message>
    <message>
      <source>Submandibular gland</source>
      <translation>Unterkieferspeicheldrüse</translation>
    </message>
    <message>
      <source>Suggestion from the contour alone: {axes}. Colours may add to it.</source>
      <translation>Vorschlag allein aus dem Umriss: {axes}. Farben können hinzukommen.</translation>
    </message>
    <message>
      <source>Suggestion from the pixels: {colours}.</source>
      <translation>Vorschlag aus den Pixeln: {colours}.</translation>
    </message>
    <message>
      <source>suspicious</source>
      <translation>verdächtig</translation>
    </message>
    <message>
      <source>Tables</source>
      <translation>Tabellen</translation>
    </message>
    <message>
      <source>Tag</source>
      <translation>Tag</translation>
    </message>
    <message>
      <source>Tags of {name}</source>
      <translation>Tags von {name}</translation>
    </message>
    <message>
      <source>Taken together: {share} that it shows none of them.</source>
      <translation>Zusammengenommen: mit {share} Wahrscheinlichkeit keiner davon.</translation>
    </message>
    <message>
      <source>Target layer</source>
      <translation>Erklärte Schicht</translation>
    </message>
    <message>
      <source>TDS {score}, by the rule {verdict}</source>
      <translation>TDS {score}, nach der Regel {verdict}</translation>
    </message>
    <message>
      <source>Temporomandibular joint</source>
      <translation>Kiefergelenk</translation>
    </message>
    <message>
      <source>Test the connection</source>
      <translation>Verbindung prüfen</translation>
    </message>
    <message>
      <source>Testis</source>
      <translation>Hoden</translation>
    </message>
    <message>
      <source>Text</source>
      <translation>Text</translation>
    </message>
    <message>
      <source>text</source>
      <translation>Text</translation>
    </message>
    <message>
      <source>Text in the picture is unlikely for this kind of file.</source>
      <translation>Text im Bild ist bei dieser Art von Datei unwahrscheinlich.</translation>
    </message>
    <message>
      <source>Text on the image:</source>
      <translation>Text auf dem Bild:</translation>
    </message>
    <message>
      <source>The analysis did not come as far as an explanation.</source>
      <translation>Die Analyse kam nicht bis zu einer Erklärung.</translation>
    </message>
    <message>
      <source>The class's probability moves by only {span:.2f} however much of the picture is replaced, so this check can say nothing.</source>
      <translation>Die Wahrscheinlichkeit der Klasse ändert sich nur um {span:.2f}, wie viel vom Bild auch ersetzt wird; diese Prüfung kann nichts sagen.</translation>
    </message>
    <message>
      <source>The de-identified copy was written.</source>
      <translation>Die de-identifizierte Kopie wurde geschrieben.</translation>
    </message>
    <message>
      <source>The file does not say how large its pixels are: there is no true size.</source>
      <translation>Die Datei sagt nicht, wie groß ihre Pixel sind: Es gibt keine wahre Größe.</translation>
    </message>
    <message>
      <source>The file says that text is burned into the picture.</source>
      <translation>Laut Datei ist Text in das Bild eingebrannt.</translation>
    </message>
    <message>
      <source>The file says that this shows: {part}. The model reads {many} only.</source>
      <translation>Laut Datei zeigt das Bild: {part}. Das Modell liest nur {many}.</translation>
    </message>
    <message>
      <source>The file says {rate}</source>
      <translation>Die Datei sagt {rate}</translation>
    </message>
    <message>
      <source>The file says: {day}.</source>
      <translation>Die Datei sagt: {day}.</translation>
    </message>
    <message>
      <source>The file states its own scale; it is used.</source>
      <translation>Die Datei nennt ihren eigenen Maßstab; er gilt.</translation>
    </message>
    <message>
      <source>The finding counts as found where the network's own score lies above it.</source>
      <translation>Der Befund gilt als gefunden, wo der Wert des Netzes darüber liegt.</translation>
    </message>
    <message>
      <source>The image is blank: it holds next to no contrast.</source>
      <translation>Das Bild ist leer: Es enthält fast keinen Kontrast.</translation>
    </message>
    <message>
      <source>The image is grey; the model reads {many} in colour only.</source>
      <translation>Das Bild ist grau; das Modell liest {many} nur in Farbe.</translation>
    </message>
    <message>
      <source>The image is in colour; the model reads {many} only.</source>
      <translation>Das Bild ist farbig; das Modell liest nur {many}.</translation>
    </message>
    <message>
      <source>The image is unlike the images that the model learned from.</source>
      <translation>Das Bild ist anders als die Bilder, an denen das Modell gelernt hat.</translation>
    </message>
    <message>
      <source>The image is {level}.</source>
      <translation>Das Bild ist: {level}.</translation>
    </message>
    <message>
      <source>The lesion: reader's notes and the region's figures</source>
      <translation>Die Läsion: Angaben des Befunders und Kennzahlen der Region</translation>
    </message>
    <message>
      <source>the line is the edge of the {region}</source>
      <translation>die Linie ist der Rand der Region ({region})</translation>
    </message>
    <message>
      <source>The map depends on what the network learned (rank correlation {likeness:.2f} with random parameters).</source>
      <translation>Die Karte hängt davon ab, was das Netz gelernt hat (Rangkorrelation {likeness:.2f} bei zufälligen Parametern).</translation>
    </message>
    <message>
      <source>The map depends only partly on what the network learned (rank correlation {likeness:.2f} with random parameters).</source>
      <translation>Die Karte hängt nur zum Teil davon ab, was das Netz gelernt hat (Rangkorrelation {likeness:.2f} bei zufälligen Parametern).</translation>
    </message>
    <message>
      <source>The map has values that are not finite.</source>
      <translation>Die Karte enthält Werte, die nicht endlich sind.</translation>
    </message>
    <message>
      <source>The map is flat or not finite, so there is nothing to compare.</source>
      <translation>Die Karte ist überall gleich oder nicht endlich; es gibt nichts zu vergleichen.</translation>
    </message>
    <message>
      <source>The map is flat: no pixel is more relevant than another.</source>
      <translation>Die Karte ist flach: Kein Pixel ist wichtiger als ein anderes.</translation>
    </message>
    <message>
      <source>The map is zero or not finite, so its steadiness is undefined.</source>
      <translation>Die Karte ist null oder nicht endlich; ihre Beständigkeit ist nicht bestimmt.</translation>
    </message>
    <message>
      <source>The map passes all {count} checks.</source>
      <translation>Die Karte besteht alle {count} Prüfungen.</translation>
    </message>
    <message>
      <source>The map passes {count} of {all} checks</source>
      <translation>Die Karte besteht {count} von {all} Prüfungen</translation>
    </message>
    <message>
      <source>The map within the region, on the image it was tried on</source>
      <translation>Die Karte in der Region, auf dem Bild der Probe</translation>
    </message>
    <message>
      <source>The maps are flat or not finite, so there is nothing to compare.</source>
      <translation>Die Karten sind überall gleich oder nicht endlich; es gibt nichts zu vergleichen.</translation>
    </message>
    <message>
      <source>The maps explain {finding}.</source>
      <translation>Die Karten erklären: {finding}.</translation>
    </message>
    <message>
      <source>The memory of the device {device} ran out; this was computed on the processor.</source>
      <translation>Der Speicher des Geräts {device} reichte nicht; dies wurde auf dem Prozessor berechnet.</translation>
    </message>
    <message>
      <source>The model did not learn from this view.</source>
      <translation>An dieser Projektion hat das Modell nicht gelernt.</translation>
    </message>
    <message>
      <source>The model is calibrated.</source>
      <translation>Das Modell ist kalibriert.</translation>
    </message>
    <message>
      <source>The model is tried on an image first; nothing is installed unless it works.</source>
      <translation>Das Modell wird zuerst an einem Bild ausprobiert; installiert wird es nur, wenn es arbeitet.</translation>
    </message>
    <message>
      <source>The model makes no statement about this image.</source>
      <translation>Das Modell macht zu diesem Bild keine Aussage.</translation>
    </message>
    <message>
      <source>The network's own confidence, without any look at where it looked.</source>
      <translation>Die eigene Zuversicht des Netzes, ohne Blick darauf, wohin es sah.</translation>
    </message>
    <message>
      <source>The network's own scores. The program makes no statement about them.</source>
      <translation>Die Werte des Netzes selbst. Das Programm macht keine Aussage dazu.</translation>
    </message>
    <message>
      <source>The network's own scores. The viewer makes no statement about them.</source>
      <translation>Die eigenen Werte des Netzes. Das Programm macht keine Aussage über sie.</translation>
    </message>
    <message>
      <source>The one that fits the image</source>
      <translation>Das zum Bild passende</translation>
    </message>
    <message>
      <source>The originals stay as they are. The search for text finds typed letters and is no proof: look at the copies that are listed below; a double click opens one.</source>
      <translation>Die Originale bleiben, wie sie sind. Die Suche nach Text findet getippte Buchstaben und beweist nichts: Die unten genannten Kopien ansehen; ein Doppelklick öffnet eine.</translation>
    </message>
    <message>
      <source>The password is kept in this computer's key ring.</source>
      <translation>Das Passwort wird im Schlüsselbund dieses Rechners aufbewahrt.</translation>
    </message>
    <message>
      <source>The patient is {age} old; the classifier learned from {people} only.</source>
      <translation>Der Patient ist {age} alt; der Klassifikator hat nur an {people} gelernt.</translation>
    </message>
    <message>
      <source>The picture is changed, the network's parameters are randomised and the method is repeated, to see whether the map depends on what it should. This takes a few hundred passes of the network.</source>
      <translation>Das Bild wird verändert, die Parameter des Netzes werden zufällig gesetzt und das Verfahren wird wiederholt, um zu sehen, ob die Karte von dem abhängt, wovon sie soll. Das braucht einige Hundert Durchläufe des Netzes.</translation>
    </message>
    <message>
      <source>The pictures could not be laid on each other.</source>
      <translation>Die Bilder ließen sich nicht aufeinanderlegen.</translation>
    </message>
    <message>
      <source>The pictures fit each other: {figures}, turned by {turn}°, scale {scale}.</source>
      <translation>Die Bilder passen aufeinander: {figures}, gedreht um {turn}°, Maßstab {scale}.</translation>
    </message>
    <message>
      <source>The program did not end properly last time.</source>
      <translation>Das Programm wurde beim letzten Mal nicht ordnungsgemäß beendet.</translation>
    </message>
    <message>
      <source>The program fills in nothing here: no figure of the region stands for these criteria.</source>
      <translation>Das Programm füllt hier nichts aus: Kein Wert der Region steht für diese Kriterien.</translation>
    </message>
    <message>
      <source>The program makes no statement about this finding.</source>
      <translation>Das Programm macht zu diesem Befund keine Aussage.</translation>
    </message>
    <message>
      <source>The program makes no statement about this image.</source>
      <translation>Das Programm macht zu diesem Bild keine Aussage.</translation>
    </message>
    <message>
      <source>The region covers less than 0.1 % of the image.</source>
      <translation>Die Region bedeckt weniger als 0,1 % des Bildes.</translation>
    </message>
    <message>
      <source>The region is the network's: check its outline.</source>
      <translation>Die Region ist die des Netzes: Prüfen Sie ihren Umriss.</translation>
    </message>
    <message>
      <source>The region was drawn by you.</source>
      <translation>Die Region haben Sie gezeichnet.</translation>
    </message>
    <message>
      <source>The region was edited by the reader.</source>
      <translation>Die Region wurde vom Befunder bearbeitet.</translation>
    </message>
    <message>
      <source>The report is on the clipboard.</source>
      <translation>Der Bericht liegt in der Zwischenablage.</translation>
    </message>
    <message>
      <source>The report will be written when the analysis has finished.</source>
      <translation>Der Bericht wird geschrieben, sobald die Analyse fertig ist.</translation>
    </message>
    <message>
      <source>The report will name the patient. Keep it where the patient's records are kept.</source>
      <translation>Der Bericht nennt den Patienten. Bewahren Sie ihn bei der Patientenakte auf.</translation>
    </message>
    <message>
      <source>The report will not say whose image it is.</source>
      <translation>Der Bericht sagt nicht, wessen Bild es ist.</translation>
    </message>
    <message>
      <source>The results hold no maps of this image (analyze --output npz); it is analysed again.</source>
      <translation>Die Ergebnisse enthalten keine Karten dieses Bildes (analyze --output npz); es wird erneut analysiert.</translation>
    </message>
    <message>
      <source>The results name the patient: they are filed in the study of their image.</source>
      <translation>Die Ergebnisse nennen den Patienten: Sie werden in der Studie ihres Bildes abgelegt.</translation>
    </message>
    <message>
      <source>The results' folder cannot be written: what you note is kept in your own.</source>
      <translation>Der Ergebnisordner ist schreibgeschützt: Ihre Notizen liegen in Ihrem eigenen Ordner.</translation>
    </message>
    <message>
      <source>the same image as {name}</source>
      <translation>dasselbe Bild wie {name}</translation>
    </message>
    <message>
      <source>The same patient has the same pseudonym in every copy made with this key. It is made where it is missing. Keep it to yourself: who has it and the originals can tell who is who.</source>
      <translation>Derselbe Patient hat in jeder Kopie mit diesem Schlüssel dasselbe Pseudonym. Fehlt der Schlüssel, wird er angelegt. Er gehört nur Ihnen: Wer ihn und die Originale hat, weiß, wer wer ist.</translation>
    </message>
    <message>
      <source>The scale is for pictures of {width} x {height} pixels: it does not hold here.</source>
      <translation>Der Maßstab ist für Bilder mit {width} x {height} Pixeln: Hier gilt er nicht.</translation>
    </message>
    <message>
      <source>The session is open again.</source>
      <translation>Die Sitzung ist wieder geöffnet.</translation>
    </message>
    <message>
      <source>the tool is put away</source>
      <translation>wird das Werkzeug weggelegt</translation>
    </message>
    <message>
      <source>the tool stays</source>
      <translation>bleibt das Werkzeug</translation>
    </message>
    <message>
      <source>The values were copied.</source>
      <translation>Die Werte wurden kopiert.</translation>
    </message>
    <message>
      <source>The viewer abstains.</source>
      <translation>Das Programm enthält sich.</translation>
    </message>
    <message>
      <source>The whole image, not the part on the screen</source>
      <translation>Das ganze Bild, nicht den Ausschnitt auf dem Bildschirm</translation>
    </message>
    <message>
      <source>The {region} was drawn or changed by the reader; it is not the network's.</source>
      <translation>Die Region ({region}) wurde vom Befunder gezeichnet oder geändert; sie stammt nicht vom Netz.</translation>
    </message>
    <message>
      <source>Theme</source>
      <translation>Farbschema</translation>
    </message>
    <message>
      <source>There is an archive of this name already.</source>
      <translation>Ein Archiv dieses Namens gibt es schon.</translation>
    </message>
    <message>
      <source>There is no finished analysis to export yet.</source>
      <translation>Es gibt noch keine fertige Analyse zum Exportieren.</translation>
    </message>
    <message>
      <source>There is no image file in there.</source>
      <translation>Darin ist keine Bilddatei.</translation>
    </message>
    <message>
      <source>There is no map that could be checked.</source>
      <translation>Es gibt keine Karte, die geprüft werden könnte.</translation>
    </message>
    <message>
      <source>There is no second model to compare with.</source>
      <translation>Es gibt kein zweites Modell zum Vergleichen.</translation>
    </message>
    <message>
      <source>There is no session to restore, or its files are gone.</source>
      <translation>Es gibt keine Sitzung zum Wiederherstellen, oder ihre Dateien sind verschwunden.</translation>
    </message>
    <message>
      <source>There is no such folder.</source>
      <translation>Diesen Ordner gibt es nicht.</translation>
    </message>
    <message>
      <source>There is nothing open that could be saved.</source>
      <translation>Es ist nichts geöffnet, das gespeichert werden könnte.</translation>
    </message>
    <message>
      <source>There is only one image: nothing to play.</source>
      <translation>Es gibt nur ein Bild: nichts abzuspielen.</translation>
    </message>
    <message>
      <source>There is only one picture of this lesion yet.</source>
      <translation>Von dieser Läsion gibt es erst ein Bild.</translation>
    </message>
    <message>
      <source>There it adds nothing certain to the network's own confidence.</source>
      <translation>Dort fügt sie der eigenen Zuversicht des Netzes nichts Sicheres hinzu.</translation>
    </message>
    <message>
      <source>Thigh</source>
      <translation>Oberschenkel</translation>
    </message>
    <message>
      <source>thigh</source>
      <translation>Oberschenkel</translation>
    </message>
    <message>
      <source>This computer has no key ring: the password is kept until the program ends.</source>
      <translation>Dieser Rechner hat keinen Schlüsselbund: Das Passwort wird bis zum Ende des Programms behalten.</translation>
    </message>
    <message>
      <source>This connection is not encrypted.</source>
      <translation>Diese Verbindung ist nicht verschlüsselt.</translation>
    </message>
    <message>
      <source>This did not work, for a reason nobody expected; see Help &gt; Log.</source>
      <translation>Das hat aus einem unerwarteten Grund nicht geklappt; siehe Hilfe &gt; Protokoll.</translation>
    </message>
    <message>
      <source>This does not look like {one} as it was taken.</source>
      <translation>Das ist nicht die unveränderte Aufnahme, die erwartet wird ({one}).</translation>
    </message>
    <message>
      <source>This does not look like {one}.</source>
      <translation>Das sieht nicht aus wie {one}.</translation>
    </message>
    <message>
      <source>This file is not DICOM; it has no tags.</source>
      <translation>Diese Datei ist kein DICOM; sie hat keine Tags.</translation>
    </message>
    <message>
      <source>This image has no window {number}.</source>
      <translation>Dieses Bild hat keine Fensterung {number}.</translation>
    </message>
    <message>
      <source>This is the badge of {finding}, which is not stated.</source>
      <translation>Dies ist die Einstufung von {finding}; dieser Befund wird nicht genannt.</translation>
    </message>
    <message>
      <source>This is {view} view; the model learned from frontal radiographs only.</source>
      <translation>Das ist {view} Aufnahme; das Modell hat nur an Frontalaufnahmen gelernt.</translation>
    </message>
    <message>
      <source>This is {what}; the model reads {many} only.</source>
      <translation>Das ist {what}; das Modell liest nur {many}.</translation>
    </message>
    <message>
      <source>This map shows where methods differ, not what the network looked at: it has no certainty.</source>
      <translation>Diese Karte zeigt, wo sich Verfahren unterscheiden, nicht, worauf das Netz gesehen hat: Sie hat keine Sicherheit.</translation>
    </message>
    <message>
      <source>This map shows where methods differ; there is nothing in it to check.</source>
      <translation>Diese Karte zeigt, wo sich Verfahren unterscheiden; an ihr gibt es nichts zu prüfen.</translation>
    </message>
    <message>
      <source>This method draws at random: another draw gives this map again as far as two halves of its samples agree (rank correlation, and overlap of the top 5 %). Low values mean mostly noise.</source>
      <translation>Dieses Verfahren zieht zufällig: Eine andere Ziehung ergibt diese Karte so weit wieder, wie zwei Hälften ihrer Stichproben übereinstimmen (Rangkorrelation und Überdeckung der oberen 5 %). Niedrige Werte bedeuten überwiegend Rauschen.</translation>
    </message>
    <message>
      <source>This picture has no scale: lengths are in pixels.</source>
      <translation>Dieses Bild hat keinen Maßstab: Längen sind in Pixeln.</translation>
    </message>
    <message>
      <source>This picture is synthetic: a program drew it, it shows nobody.</source>
      <translation>Dieses Bild ist synthetisch: Ein Programm hat es gezeichnet, es zeigt niemanden.</translation>
    </message>
    <message>
      <source>This program listens at</source>
      <translation>Dieses Programm lauscht auf</translation>
    </message>
    <message>
      <source>This seems to be several pictures in one.</source>
      <translation>Das scheinen mehrere Bilder in einem zu sein.</translation>
    </message>
    <message>
      <source>Thoracic spine</source>
      <translation>Brustwirbelsäule</translation>
    </message>
    <message>
      <source>Thoraco-lumbar spine</source>
      <translation>Brust- und Lendenwirbelsäule</translation>
    </message>
    <message>
      <source>those of the system</source>
      <translation>die des Systems</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>Schwelle</translation>
    </message>
    <message>
      <source>Thumb</source>
      <translation>Daumen</translation>
    </message>
    <message>
      <source>Thumbnails {done} of {total}</source>
      <translation>Vorschaubilder {done} von {total}</translation>
    </message>
    <message>
      <source>Thymus</source>
      <translation>Thymus</translation>
    </message>
    <message>
      <source>Thyroid</source>
      <translation>Schilddrüse</translation>
    </message>
    <message>
      <source>Tibia</source>
      <translation>Schienbein</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>Dauer</translation>
    </message>
    <message>
      <source>Time for decoding a file</source>
      <translation>Zeit zum Dekodieren einer Datei</translation>
    </message>
    <message>
      <source>Time line of a lesion</source>
      <translation>Zeitreihe einer Läsion</translation>
    </message>
    <message>
      <source>time {value}</source>
      <translation>Zeitpunkt {value}</translation>
    </message>
    <message>
      <source>Title</source>
      <translation>Titel</translation>
    </message>
    <message>
      <source>Title of this program</source>
      <translation>AE-Titel dieses Programms</translation>
    </message>
    <message>
      <source>to</source>
      <translation>bis</translation>
    </message>
    <message>
      <source>to and fro</source>
      <translation>hin und her</translation>
    </message>
    <message>
      <source>today</source>
      <translation>heute</translation>
    </message>
    <message>
      <source>Toe</source>
      <translation>Zehe</translation>
    </message>
    <message>
      <source>Token</source>
      <translation>Token</translation>
    </message>
    <message>
      <source>token</source>
      <translation>Token</translation>
    </message>
    <message>
      <source>Tongue</source>
      <translation>Zunge</translation>
    </message>
    <message>
      <source>Tools</source>
      <translation>Werkzeuge</translation>
    </message>
    <message>
      <source>Tools &amp;stay after a drawing</source>
      <translation>Werkzeuge &amp;bleiben nach einer Zeichnung</translation>
    </message>
    <message>
      <source>top n %</source>
      <translation>oberste n %</translation>
    </message>
    <message>
      <source>top {percent} %: IoU {value}</source>
      <translation>oberste {percent} %: IoU {value}</translation>
    </message>
    <message>
      <source>Top {value} %</source>
      <translation>Oberste {value} %</translation>
    </message>
    <message>
      <source>Trachea</source>
      <translation>Luftröhre</translation>
    </message>
    <message>
      <source>trigger {value} ms</source>
      <translation>Trigger {value} ms</translation>
    </message>
    <message>
      <source>True size{origin}.</source>
      <translation>Wahre Größe{origin}.</translation>
    </message>
    <message>
      <source>Trusted certificates</source>
      <translation>Vertrauenswürdige Zertifikate</translation>
    </message>
    <message>
      <source>Try a model</source>
      <translation>Ein Modell erproben</translation>
    </message>
    <message>
      <source>Try it on the image that is open, not on a drawn one</source>
      <translation>Am geöffneten Bild ausprobieren, nicht an einem gezeichneten</translation>
    </message>
    <message>
      <source>Try the &amp;demo</source>
      <translation>&amp;Demo ansehen</translation>
    </message>
    <message>
      <source>Try the demo</source>
      <translation>Demo ansehen</translation>
    </message>
    <message>
      <source>tumour</source>
      <translation>Tumor</translation>
    </message>
    <message>
      <source>Two halves of the samples</source>
      <translation>Zwei Hälften der Stichproben</translation>
    </message>
    <message>
      <source>Two halves of {samples} samples agree</source>
      <translation>Übereinstimmung zweier Hälften von {samples} Stichproben</translation>
    </message>
    <message>
      <source>two halves of {samples} samples: rank correlation {correlation}, IoU of the top 5 % {overlap}</source>
      <translation>zwei Hälften von {samples} Stichproben: Rangkorrelation {correlation}, IoU der obersten 5 % {overlap}</translation>
    </message>
    <message>
      <source>Ulna</source>
      <translation>Elle</translation>
    </message>
    <message>
      <source>Ultrasound</source>
      <translation>Ultraschall</translation>
    </message>
    <message>
      <source>ultrasound pictures of the breast</source>
      <translation>Ultraschallbilder der Brust</translation>
    </message>
    <message>
      <source>undecided: {classes} ({share})</source>
      <translation>offen: {classes} ({share})</translation>
    </message>
    <message>
      <source>undecided: {names}</source>
      <translation>unentschieden: {names}</translation>
    </message>
    <message>
      <source>undefined</source>
      <translation>nicht bestimmt</translation>
    </message>
    <message>
      <source>Undefined here: {reason}</source>
      <translation>Hier nicht definiert: {reason}</translation>
    </message>
    <message>
      <source>Unpacking {done} of {total}</source>
      <translation>Entpacken {done} von {total}</translation>
    </message>
    <message>
      <source>Unread</source>
      <translation>Ungelesen</translation>
    </message>
    <message>
      <source>until the program ends</source>
      <translation>bis das Programm endet</translation>
    </message>
    <message>
      <source>until they are forgotten here</source>
      <translation>bis sie hier vergessen werden</translation>
    </message>
    <message>
      <source>unusual for this model ({share})</source>
      <translation>ungewöhnlich für dieses Modell ({share})</translation>
    </message>
    <message>
      <source>unusual for this model: {classes} ({share})</source>
      <translation>ungewöhnlich für dieses Modell: {classes} ({share})</translation>
    </message>
    <message>
      <source>Upper arm</source>
      <translation>Oberarm</translation>
    </message>
    <message>
      <source>upper arm</source>
      <translation>Oberarm</translation>
    </message>
    <message>
      <source>upper back</source>
      <translation>oberer Rücken</translation>
    </message>
    <message>
      <source>Ureter</source>
      <translation>Harnleiter</translation>
    </message>
    <message>
      <source>Urethra</source>
      <translation>Harnröhre</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>Verwenden</translation>
    </message>
    <message>
      <source>User</source>
      <translation>Benutzer</translation>
    </message>
    <message>
      <source>user and password</source>
      <translation>Benutzer und Passwort</translation>
    </message>
    <message>
      <source>Uterus</source>
      <translation>Gebärmutter</translation>
    </message>
    <message>
      <source>Vagina</source>
      <translation>Scheide</translation>
    </message>
    <message>
      <source>Value</source>
      <translation>Wert</translation>
    </message>
    <message>
      <source>value</source>
      <translation>Wert</translation>
    </message>
    <message>
      <source>Value in the original</source>
      <translation>Wert im Original</translation>
    </message>
    <message>
      <source>Values</source>
      <translation>Werte</translation>
    </message>
    <message>
      <source>Vascular lesion</source>
      <translation>Gefäßläsion</translation>
    </message>
    <message>
      <source>Verify</source>
      <translation>Prüfen</translation>
    </message>
    <message>
      <source>very slow</source>
      <translation>sehr langsam</translation>
    </message>
    <message>
      <source>View</source>
      <translation>Ansicht</translation>
    </message>
    <message>
      <source>View &gt; Contact sheet shows the sheet again.</source>
      <translation>Ansicht &gt; Kontaktbogen zeigt den Bogen wieder.</translation>
    </message>
    <message>
      <source>Viral pneumonia</source>
      <translation>Virale Pneumonie</translation>
    </message>
    <message>
      <source>VR</source>
      <translation>VR</translation>
    </message>
    <message>
      <source>Vulva</source>
      <translation>Vulva</translation>
    </message>
    <message>
      <source>W {width}  C {center}{name}</source>
      <translation>W {width}  C {center}{name}</translation>
    </message>
    <message>
      <source>Waiting from before: {count}. They are sent as well.</source>
      <translation>Von früher warten: {count}. Sie werden mitgesendet.</translation>
    </message>
    <message>
      <source>waits for its image</source>
      <translation>wartet auf sein Bild</translation>
    </message>
    <message>
      <source>Watching. Pictures taken: {count}.</source>
      <translation>Wird beobachtet. Aufgenommene Bilder: {count}.</translation>
    </message>
    <message>
      <source>Weights file, folder or bundle.toml</source>
      <translation>Datei mit Gewichten, Ordner oder bundle.toml</translation>
    </message>
    <message>
      <source>What happens</source>
      <translation>Was geschieht</translation>
    </message>
    <message>
      <source>What looks like text was found in the picture.</source>
      <translation>Im Bild wurde gefunden, was nach Text aussieht.</translation>
    </message>
    <message>
      <source>What SegX's reference fits: 50 images are kept in the model's folder, as the network sees them.</source>
      <translation>Was die Referenz von SegX anpasst: 50 Bilder bleiben im Ordner des Modells, so wie das Netz sie sieht.</translation>
    </message>
    <message>
      <source>WHAT THE BADGE RESTS ON</source>
      <translation>GRUNDLAGE DER EINSTUFUNG</translation>
    </message>
    <message>
      <source>What the badge rests on</source>
      <translation>Grundlage der Einstufung</translation>
    </message>
    <message>
      <source>What the network itself claims for this finding; networks are often overconfident.</source>
      <translation>Was das Netz selbst für diesen Befund angibt; Netze sind oft zu selbstsicher.</translation>
    </message>
    <message>
      <source>What this means: {figure}</source>
      <translation>Was das bedeutet: {figure}</translation>
    </message>
    <message>
      <source>What was found</source>
      <translation>Was gefunden wurde</translation>
    </message>
    <message>
      <source>What was looked at</source>
      <translation>Was betrachtet wurde</translation>
    </message>
    <message>
      <source>What you drew and noted comes back when the image is opened again.</source>
      <translation>Gezeichnetes und Notiertes kommt wieder, wenn das Bild wieder geöffnet wird.</translation>
    </message>
    <message>
      <source>What you drew and noted on this image before is there again.</source>
      <translation>Was Sie auf diesem Bild früher gezeichnet und notiert haben, ist wieder da.</translation>
    </message>
    <message>
      <source>Wheel</source>
      <translation>Rad</translation>
    </message>
    <message>
      <source>Where the images are</source>
      <translation>Wo die Bilder liegen</translation>
    </message>
    <message>
      <source>Where this image lies is not known: results hold no names. Use Find images.</source>
      <translation>Wo dieses Bild liegt, ist nicht bekannt: Ergebnisse enthalten keine Namen. Benutzen Sie „Bilder suchen“.</translation>
    </message>
    <message>
      <source>Whether the most relevant pixel lies inside the region.</source>
      <translation>Ob der wichtigste Bildpunkt in der Region liegt.</translation>
    </message>
    <message>
      <source>white</source>
      <translation>weiß</translation>
    </message>
    <message>
      <source>Whole body</source>
      <translation>Ganzkörper</translation>
    </message>
    <message>
      <source>Whose and where</source>
      <translation>Wessen und wo</translation>
    </message>
    <message>
      <source>Window 1</source>
      <translation>Fensterung 1</translation>
    </message>
    <message>
      <source>Window 2</source>
      <translation>Fensterung 2</translation>
    </message>
    <message>
      <source>Window 3</source>
      <translation>Fensterung 3</translation>
    </message>
    <message>
      <source>Window 4</source>
      <translation>Fensterung 4</translation>
    </message>
    <message>
      <source>Window 5</source>
      <translation>Fensterung 5</translation>
    </message>
    <message>
      <source>Window 6</source>
      <translation>Fensterung 6</translation>
    </message>
    <message>
      <source>Window 7</source>
      <translation>Fensterung 7</translation>
    </message>
    <message>
      <source>Window 8</source>
      <translation>Fensterung 8</translation>
    </message>
    <message>
      <source>Window 9</source>
      <translation>Fensterung 9</translation>
    </message>
    <message>
      <source>Window and level</source>
      <translation>Fensterung</translation>
    </message>
    <message>
      <source>Window the image was opened with</source>
      <translation>Fensterung beim Öffnen</translation>
    </message>
    <message>
      <source>Window {number} of the file</source>
      <translation>Fensterung {number} der Datei</translation>
    </message>
    <message>
      <source>Windows by n&amp;umber</source>
      <translation>Fensterung nach N&amp;ummer</translation>
    </message>
    <message>
      <source>With random parameters the method gives no map at all: it depends on what the network learned.</source>
      <translation>Mit zufälligen Parametern gibt das Verfahren gar keine Karte: Es hängt davon ab, was das Netz gelernt hat.</translation>
    </message>
    <message>
      <source>With the patient's name</source>
      <translation>Mit dem Namen des Patienten</translation>
    </message>
    <message>
      <source>without a device</source>
      <translation>ohne Gerät</translation>
    </message>
    <message>
      <source>Worklist</source>
      <translation>Arbeitsliste</translation>
    </message>
    <message>
      <source>Worklist: {name}</source>
      <translation>Arbeitsliste: {name}</translation>
    </message>
    <message>
      <source>Wrist</source>
      <translation>Handgelenk</translation>
    </message>
    <message>
      <source>Write copies</source>
      <translation>Kopien schreiben</translation>
    </message>
    <message>
      <source>Writes which pictures belong to it, and what you noted, into a folder of your own.</source>
      <translation>Schreibt, welche Bilder dazugehören und was Sie notiert haben, in einen eigenen Ordner.</translation>
    </message>
    <message>
      <source>Writing the report …</source>
      <translation>Bericht wird geschrieben …</translation>
    </message>
    <message>
      <source>x {x}, y {y}</source>
      <translation>x {x}, y {y}</translation>
    </message>
    <message>
      <source>Your impression</source>
      <translation>Ihr Eindruck</translation>
    </message>
    <message>
      <source>Your impression ({confidence}): {text}</source>
      <translation>Ihr Eindruck ({confidence}): {text}</translation>
    </message>
    <message>
      <source>YYYY-MM-DD</source>
      <translation>DD.MM.YYYY</translation>
    </message>
    <message>
      <source>Zoom</source>
      <translation>Zoom</translation>
    </message>
    <message>
      <source>Zoom &amp;in</source>
      <translation>Ver&amp;größern</translation>
    </message>
    <message>
      <source>Zoom &amp;out</source>
      <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
      <source>Zygoma</source>
      <translation>Jochbein</translation>
    </message>
    <message>
      <source>{classes} ({share})</source>
      <translation>{classes} ({share})</translation>
    </message>
    <message>
      <source>{classes} and {count} more</source>
      <translation>{classes} und {count} weitere</translation>
    </message>
    <message>
      <source>{colours} (by reference colours; not the reader's)</source>
      <translation>{colours} (nach Referenzfarben; nicht vom Befunder)</translation>
    </message>
    <message>
      <source>{count} bytes</source>
      <translation>{count} Bytes</translation>
    </message>
    <message>
      <source>{count} days</source>
      <translation>{count} Tage</translation>
    </message>
    <message>
      <source>{count} elements carry or may carry identity (DICOM PS3.15, Basic Profile).</source>
      <translation>{count} Elemente weisen auf die Person hin oder können es (DICOM PS3.15, Basic Profile).</translation>
    </message>
    <message>
      <source>{count} frames</source>
      <translation>{count} Bilder</translation>
    </message>
    <message>
      <source>{count} frames, stack {number} of {total}</source>
      <translation>{count} Bilder, Stapel {number} von {total}</translation>
    </message>
    <message>
      <source>{count} images</source>
      <translation>{count} Bilder</translation>
    </message>
    <message>
      <source>{count} images did not come; open the study again to ask for them again.</source>
      <translation>{count} Bilder sind nicht gekommen; öffnen Sie die Studie noch einmal, um sie erneut anzufordern.</translation>
    </message>
    <message>
      <source>{count} items</source>
      <translation>{count} Einträge</translation>
    </message>
    <message>
      <source>{count} less probable not shown.</source>
      <translation>{count} weniger wahrscheinliche nicht gezeigt.</translation>
    </message>
    <message>
      <source>{count} months</source>
      <translation>{count} Monate</translation>
    </message>
    <message>
      <source>{count} of {all} findings lie above their cut-offs (the mark on the bar).</source>
      <translation>{count} von {all} Befunden liegen über ihren Grenzwerten (der Marke auf dem Balken).</translation>
    </message>
    <message>
      <source>{count} weeks</source>
      <translation>{count} Wochen</translation>
    </message>
    <message>
      <source>{count} years</source>
      <translation>{count} Jahre</translation>
    </message>
    <message>
      <source>{count} years or older</source>
      <translation>{count} Jahre oder älter</translation>
    </message>
    <message>
      <source>{day}, laid on the earlier one</source>
      <translation>{day}, auf das frühere gelegt</translation>
    </message>
    <message>
      <source>{figure} (not kept for all)</source>
      <translation>{figure} (nicht für alle eingehalten)</translation>
    </message>
    <message>
      <source>{finding}: not stated</source>
      <translation>{finding}: nicht genannt</translation>
    </message>
    <message>
      <source>{keys} already belongs to “{command}”.</source>
      <translation>{keys} gehört schon zu „{command}“.</translation>
    </message>
    <message>
      <source>{kind} - sent on {when:%Y-%m-%d %H:%M}</source>
      <translation>{kind} – gesendet am {when:%d.%m.%Y %H:%M}</translation>
    </message>
    <message>
      <source>{length} at the detector</source>
      <translation>{length} am Detektor</translation>
    </message>
    <message>
      <source>{lesion} ({count} pictures)</source>
      <translation>{lesion} ({count} Bilder)</translation>
    </message>
    <message>
      <source>{level} promised to be right in at least {share} among {images}; the test images refute it.</source>
      <translation>{level}: Zugesagt war, dass bei {images} mindestens {share} richtig sind; die Testbilder widerlegen es.</translation>
    </message>
    <message>
      <source>{level} promised to be right in at least {share}; the test images refute it.</source>
      <translation>{level}: Zugesagt war, dass mindestens {share} richtig sind; die Testbilder widerlegen es.</translation>
    </message>
    <message>
      <source>{level} promises to be right in at least {share} among {images}.</source>
      <translation>{level}: Zugesagt ist, dass bei {images} mindestens {share} richtig sind.</translation>
    </message>
    <message>
      <source>{level}: right in {share} of {images} images.</source>
      <translation>{level}: richtig in {share} von {images} Bildern.</translation>
    </message>
    <message>
      <source>{methods}: not possible for this model, which gives no gradients; {method} instead.</source>
      <translation>{methods}: bei diesem Modell nicht möglich, das keine Gradienten gibt; stattdessen {method}.</translation>
    </message>
    <message>
      <source>{method} needs torch, which this installation lacks; the full installation has it.</source>
      <translation>{method} braucht torch, das dieser Installation fehlt; die vollständige Installation hat es.</translation>
    </message>
    <message>
      <source>{method}, target layer {layer}; target: the class's {target}</source>
      <translation>{method}, Zielschicht {layer}; Ziel: {target} der Klasse</translation>
    </message>
    <message>
      <source>{method}; target: the class's {target}</source>
      <translation>{method}; Ziel: {target} der Klasse</translation>
    </message>
    <message>
      <source>{missing} of {all} images of the session were not found.</source>
      <translation>{missing} von {all} Bildern der Sitzung wurden nicht gefunden.</translation>
    </message>
    <message>
      <source>{missing} of {all} images were not found. Where are they?</source>
      <translation>{missing} von {all} Bildern wurden nicht gefunden. Wo sind sie?</translation>
    </message>
    <message>
      <source>{missing} of {all} pictures of the time line were not found.</source>
      <translation>{missing} von {all} Bildern der Zeitreihe wurden nicht gefunden.</translation>
    </message>
    <message>
      <source>{name} answers.</source>
      <translation>{name} antwortet.</translation>
    </message>
    <message>
      <source>{name} cannot be shown</source>
      <translation>{name} kann nicht gezeigt werden</translation>
    </message>
    <message>
      <source>{name} does not say which image it was made from.</source>
      <translation>{name} sagt nicht, aus welchem Bild es entstanden ist.</translation>
    </message>
    <message>
      <source>{name} has {width} x {height} pixels, other proportions than {image}: it cannot lie on it.</source>
      <translation>{name} hat {width} x {height} Pixel, andere Proportionen als {image}: Es kann nicht darauf liegen.</translation>
    </message>
    <message>
      <source>{name} is damaged and could not be opened.</source>
      <translation>{name} ist beschädigt und konnte nicht geöffnet werden.</translation>
    </message>
    <message>
      <source>{name} is drawn on the image that it was made from: open that image as well.</source>
      <translation>{name} wird auf das Bild gezeichnet, aus dem es entstand: Öffnen Sie auch dieses Bild.</translation>
    </message>
    <message>
      <source>{name} is drawn on {image}.</source>
      <translation>{name} ist auf {image} eingezeichnet.</translation>
    </message>
    <message>
      <source>{name} is not a DICOM file.</source>
      <translation>{name} ist keine DICOM-Datei.</translation>
    </message>
    <message>
      <source>{name} names a series only, and several of its images are open: it does not say which one.</source>
      <translation>{name} nennt nur eine Serie, von der mehrere Bilder offen sind: Es sagt nicht, welches gemeint ist.</translation>
    </message>
    <message>
      <source>{name}: {size} mm per pixel</source>
      <translation>{name}: {size} mm je Pixel</translation>
    </message>
    <message>
      <source>{number} of {count}</source>
      <translation>{number} von {count}</translation>
    </message>
    <message>
      <source>{part}, left</source>
      <translation>{part}, links</translation>
    </message>
    <message>
      <source>{part}, right</source>
      <translation>{part}, rechts</translation>
    </message>
    <message>
      <source>{pixels} pixels: too short to measure by.</source>
      <translation>{pixels} Pixel: zu kurz, um danach zu messen.</translation>
    </message>
    <message>
      <source>{pixels} pixels; the scale may be {doubt} % off.</source>
      <translation>{pixels} Pixel; der Maßstab kann um {doubt} % falsch sein.</translation>
    </message>
    <message>
      <source>{place}, reading {next} …</source>
      <translation>{place}, {next} wird gelesen …</translation>
    </message>
    <message>
      <source>{points} points: by the checklist {verdict} (melanoma from 3 on).</source>
      <translation>{points} Punkte: nach der Checkliste {verdict} (Melanom ab 3).</translation>
    </message>
    <message>
      <source>{position} / {count}</source>
      <translation>{position} / {count}</translation>
    </message>
    <message>
      <source>{position} / {count} so far, files are still being read</source>
      <translation>{position} / {count} bisher, Dateien werden noch gelesen</translation>
    </message>
    <message>
      <source>{region}, drawn by the reader, {share} of the image</source>
      <translation>{region}, vom Befunder gezeichnet, {share} des Bildes</translation>
    </message>
    <message>
      <source>{region}, probability above {threshold}, {share} of the image</source>
      <translation>{region}, Wahrscheinlichkeit über {threshold}, {share} des Bildes</translation>
    </message>
    <message>
      <source>{score} points, by the checklist {verdict}; {criteria}; by the reader</source>
      <translation>{score} Punkte, nach der Checkliste {verdict}; {criteria}; durch den Befunder</translation>
    </message>
    <message>
      <source>{share}, calibrated</source>
      <translation>{share}, kalibriert</translation>
    </message>
    <message>
      <source>{shown} of {count} images</source>
      <translation>{shown} von {count} Bildern</translation>
    </message>
    <message>
      <source>{size} at the detector, not in the patient</source>
      <translation>{size} am Detektor, nicht im Patienten</translation>
    </message>
    <message>
      <source>{size}, estimated magnification {factor}</source>
      <translation>{size}, geschätzte Vergrößerung {factor}</translation>
    </message>
    <message>
      <source>{text}: {count} numbers are needed here.</source>
      <translation>{text}: Hier werden {count} Zahlen gebraucht.</translation>
    </message>
    <message>
      <source>{title} ({name}), version {version}</source>
      <translation>{title} ({name}), Version {version}</translation>
    </message>
    <message>
      <source>{title}: coarse, a finer one follows</source>
      <translation>{title}: grob, eine feinere folgt</translation>
    </message>
    <message>
      <source>{value} cm</source>
      <translation>{value} cm</translation>
    </message>
    <message>
      <source>{value} mm</source>
      <translation>{value} mm</translation>
    </message>
    <message>
      <source>{value} mm per pixel, set by the reader</source>
      <translation>{value} mm je Pixel, vom Befunder gesetzt</translation>
    </message>
    <message>
      <source>{where} in hanging.toml: there is no layout {value}; there are {layouts}.</source>
      <translation>{where} in hanging.toml: Die Aufteilung {value} gibt es nicht; es gibt {layouts}.</translation>
    </message>
    <message>
      <source>{where} of hanging.toml: {name} has no meaning.</source>
      <translation>{where} in hanging.toml: {name} hat keine Bedeutung.</translation>
    </message>
    <message>
      <source>{where} of hanging.toml: {name} is no text.</source>
      <translation>{where} in hanging.toml: {name} ist kein Text.</translation>
    </message>
    <message>
      <source>{width} x {height} px, {zoom:.0f} %</source>
      <translation>{width} x {height} px, {zoom:.0f} %</translation>
    </message>
    <message>
      <source>{width} × {height} pixels</source>
      <translation>{width} × {height} Pixel</translation>
    </message>
    <message>
      <source>{width} × {height} pixels, {bits} bits</source>
      <translation>{width} × {height} Pixel, {bits} Bit</translation>
    </message>
  </context>
  <context>
    <name>segx_viewer.below</name>
    <message>
      <source> and add up to 1</source>
      <translation> und ergeben zusammen 1</translation>
    </message>
    <message>
      <source> Another encoder made them; name it (--segmenter-encoder).</source>
      <translation> Ein anderer Encoder hat sie gemacht; nennen Sie ihn (--segmenter-encoder).</translation>
    </message>
    <message>
      <source>; the first of two is most often the background</source>
      <translation>; der erste von zweien ist meist der Hintergrund</translation>
    </message>
    <message>
      <source>a Core ML model; export the network it was made from as ONNX</source>
      <translation>ein Core-ML-Modell; exportieren Sie das Netz, aus dem es gemacht wurde, als ONNX</translation>
    </message>
    <message>
      <source>a DIMSE server needs a host.</source>
      <translation>Ein DIMSE-Server braucht einen Rechnernamen.</translation>
    </message>
    <message>
      <source>a FITS picture</source>
      <translation>ein FITS-Bild</translation>
    </message>
    <message>
      <source>a GIMP document</source>
      <translation>ein GIMP-Dokument</translation>
    </message>
    <message>
      <source>a JPEG XL picture</source>
      <translation>ein JPEG-XL-Bild</translation>
    </message>
    <message>
      <source>a JPEG XR picture</source>
      <translation>ein JPEG-XR-Bild</translation>
    </message>
    <message>
      <source>a Keras model; make an ONNX model of it: keras.models.load_model('{name}').export('model.onnx', format='onnx')</source>
      <translation>ein Keras-Modell; machen Sie daraus ein ONNX-Modell: keras.models.load_model('{name}').export('model.onnx', format='onnx')</translation>
    </message>
    <message>
      <source>a Keras model; make an ONNX model of it: {onnx} --keras {name}</source>
      <translation>ein Keras-Modell; machen Sie daraus ein ONNX-Modell: {onnx} --keras {name}</translation>
    </message>
    <message>
      <source>a key needs its certificate.</source>
      <translation>Ein Schlüssel braucht sein Zertifikat.</translation>
    </message>
    <message>
      <source>a language model's weights; models of images come as safetensors, .pt2 or ONNX</source>
      <translation>die Gewichtsdatei eines Sprachmodells; Bildmodelle kommen als safetensors, .pt2 oder ONNX</translation>
    </message>
    <message>
      <source>a Linux program</source>
      <translation>ein Linux-Programm</translation>
    </message>
    <message>
      <source>a macOS program</source>
      <translation>ein macOS-Programm</translation>
    </message>
    <message>
      <source>a macOS program or a Java class</source>
      <translation>ein macOS-Programm oder eine Java-Klasse</translation>
    </message>
    <message>
      <source>a Paddle model; make an ONNX model of it with paddle2onnx</source>
      <translation>ein Paddle-Modell; machen Sie daraus mit paddle2onnx ein ONNX-Modell</translation>
    </message>
    <message>
      <source>a password does not belong into the address; it is asked for and kept safely.</source>
      <translation>Ein Passwort gehört nicht in die Adresse; es wird erfragt und sicher verwahrt.</translation>
    </message>
    <message>
      <source>a Photoshop document</source>
      <translation>ein Photoshop-Dokument</translation>
    </message>
    <message>
      <source>a port is a number from 1 to 65535, not {port}.</source>
      <translation>Ein Port ist eine Zahl von 1 bis 65535, nicht {port}.</translation>
    </message>
    <message>
      <source>a script</source>
      <translation>ein Skript</translation>
    </message>
    <message>
      <source>A set that holds the truth {confidence} of the time needs {few} images of each class: too few of {short}, which is then always in it.</source>
      <translation>Eine Menge, die in {confidence} der Fälle die Wahrheit enthält, braucht {few} Bilder jeder Klasse: zu wenige von {short}, was dann immer darin ist.</translation>
    </message>
    <message>
      <source>a split into equal parts does not say how many</source>
      <translation>eine Teilung in gleiche Teile sagt nicht, in wie viele</translation>
    </message>
    <message>
      <source>a TensorFlow graph; make an ONNX model of it: {onnx} --saved-model FOLDER</source>
      <translation>ein TensorFlow-Graph; machen Sie daraus ein ONNX-Modell: {onnx} --saved-model ORDNER</translation>
    </message>
    <message>
      <source>a TensorFlow Lite model; make an ONNX model of it: {onnx} --tflite {name}</source>
      <translation>ein TensorFlow-Lite-Modell; machen Sie daraus ein ONNX-Modell: {onnx} --tflite {name}</translation>
    </message>
    <message>
      <source>a TensorFlow model; make an ONNX model of it: {onnx} --saved-model {name}</source>
      <translation>ein TensorFlow-Modell; machen Sie daraus ein ONNX-Modell: {onnx} --saved-model {name}</translation>
    </message>
    <message>
      <source>a TensorRT engine, which runs on one graphics card only; export the network it was made from as ONNX</source>
      <translation>eine TensorRT-Engine, die nur auf einer Grafikkarte läuft; exportieren Sie das Netz, aus dem sie gemacht wurde, als ONNX</translation>
    </message>
    <message>
      <source>a TorchScript program; export the network that it was made from: {export}</source>
      <translation>ein TorchScript-Programm; exportieren Sie das Netz, aus dem es gemacht wurde: {export}</translation>
    </message>
    <message>
      <source>a Windows program</source>
      <translation>ein Windows-Programm</translation>
    </message>
    <message>
      <source>A YOLO model for segment gives boxes and prototypes; this one gives {given}.</source>
      <translation>Ein YOLO-Modell für segment liefert Boxen und Prototypen; dieses liefert {given}.</translation>
    </message>
    <message>
      <source>Address already in use</source>
      <translation>Adresse ist schon belegt</translation>
    </message>
    <message>
      <source>after the last feature maps come {unknown}, of which no gradients are known</source>
      <translation>nach den letzten Merkmalskarten kommen {unknown}, deren Gradienten nicht bekannt sind</translation>
    </message>
    <message>
      <source>an application entity title has 1 to 16 characters, not '{title}'.</source>
      <translation>Ein AE-Titel hat 1 bis 16 Zeichen, nicht „{title}“.</translation>
    </message>
    <message>
      <source>An archive needs a name.</source>
      <translation>Ein Archiv braucht einen Namen.</translation>
    </message>
    <message>
      <source>an NRRD volume</source>
      <translation>ein NRRD-Volumen</translation>
    </message>
    <message>
      <source>an OpenEXR picture</source>
      <translation>ein OpenEXR-Bild</translation>
    </message>
    <message>
      <source>an operation after the last feature maps lacks an input</source>
      <translation>einer Operation nach den letzten Merkmalskarten fehlt eine Eingabe</translation>
    </message>
    <message>
      <source>an unknown transfer syntax</source>
      <translation>einer unbekannten Transfersyntax</translation>
    </message>
    <message>
      <source>Archives need {error}: pip install 'segx-viewer[pacs]'.</source>
      <translation>Archive brauchen {error}: pip install 'segx-viewer[pacs]'.</translation>
    </message>
    <message>
      <source>arithmetically coded</source>
      <translation>arithmetisch kodiert</translation>
    </message>
    <message>
      <source>basic authorisation needs a user's name.</source>
      <translation>Die Basic-Anmeldung braucht einen Benutzernamen.</translation>
    </message>
    <message>
      <source>Calibrating needs {error}: pip install 'segx-viewer[train]'.</source>
      <translation>Das Kalibrieren braucht {error}: pip install 'segx-viewer[train]'.</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Abgebrochen.</translation>
    </message>
    <message>
      <source>certificate has expired</source>
      <translation>Zertifikat ist abgelaufen</translation>
    </message>
    <message>
      <source>classifier</source>
      <translation>Klassifikator</translation>
    </message>
    <message>
      <source>colours of the kind {name}</source>
      <translation>Farben der Art {name}</translation>
    </message>
    <message>
      <source>Connection refused</source>
      <translation>Verbindung verweigert</translation>
    </message>
    <message>
      <source>Connection reset by peer</source>
      <translation>Verbindung von der Gegenseite getrennt</translation>
    </message>
    <message>
      <source>DICOM results belong to the source's study and name its patient: ask for the identity to be included.</source>
      <translation>DICOM-Ergebnisse gehören zur Untersuchung der Quelle und nennen deren Patienten: Erlauben Sie, dass die Identität enthalten ist.</translation>
    </message>
    <message>
      <source>DICOM results cannot be made: the image's header is too unusual to refer to.</source>
      <translation>DICOM-Ergebnisse lassen sich nicht erstellen: Der Kopf des Bildes ist zu ungewöhnlich, um darauf zu verweisen.</translation>
    </message>
    <message>
      <source>DICOM results need the DICOM file of the image.</source>
      <translation>DICOM-Ergebnisse brauchen die DICOM-Datei des Bildes.</translation>
    </message>
    <message>
      <source>Directory not empty</source>
      <translation>Ordner ist nicht leer</translation>
    </message>
    <message>
      <source>Explained by {labels} only: {reason}.</source>
      <translation>Erklärt nur durch {labels}: {reason}.</translation>
    </message>
    <message>
      <source>Explained by {labels}. Not by {left}: {why}.</source>
      <translation>Erklärt durch {labels}. Nicht durch {left}: {why}.</translation>
    </message>
    <message>
      <source>export it again as uncompressed DICOM in {what}, or as PNG or TIFF</source>
      <translation>exportieren Sie es neu als unkomprimiertes DICOM in {what}, oder als PNG oder TIFF</translation>
    </message>
    <message>
      <source>File exists</source>
      <translation>Datei gibt es schon</translation>
    </message>
    <message>
      <source>File name too long</source>
      <translation>Dateiname zu lang</translation>
    </message>
    <message>
      <source>Gradient SHAP as published starts from {samples} images; here it starts from {kept}.</source>
      <translation>Das veröffentlichte Gradient SHAP geht von {samples} Bildern aus; hier von {kept}.</translation>
    </message>
    <message>
      <source>greeting</source>
      <translation>Begrüßung</translation>
    </message>
    <message>
      <source>grey</source>
      <translation>Grau</translation>
    </message>
    <message>
      <source>Input gate: none, because a program shows no layer in its middle.</source>
      <translation>Eingangsprüfung: keine, denn ein Programm zeigt keine Schicht in seiner Mitte.</translation>
    </message>
    <message>
      <source>Input gate: none, because no layer in the middle of the network was found.</source>
      <translation>Eingangsprüfung: keine, denn in der Mitte des Netzes fand sich keine Schicht.</translation>
    </message>
    <message>
      <source>Input gate: {images} images are too few; it takes {fewest}.</source>
      <translation>Eingangsprüfung: {images} Bilder sind zu wenige; nötig sind {fewest}.</translation>
    </message>
    <message>
      <source>Input gate: {learned} images tell what is usual, {held_out} set the thresholds.</source>
      <translation>Eingangsprüfung: {learned} Bilder sagen, was üblich ist, {held_out} setzen die Schwellen.</translation>
    </message>
    <message>
      <source>Input gate: {learned} images that can be read, in few groups, are too few.</source>
      <translation>Eingangsprüfung: {learned} lesbare Bilder, in wenigen Gruppen, sind zu wenige.</translation>
    </message>
    <message>
      <source>Input/output error</source>
      <translation>Ein-/Ausgabefehler</translation>
    </message>
    <message>
      <source>Is a directory</source>
      <translation>ist ein Ordner</translation>
    </message>
    <message>
      <source>it could not understand the object</source>
      <translation>er konnte das Objekt nicht verstehen</translation>
    </message>
    <message>
      <source>it does not allow this program to store</source>
      <translation>er erlaubt diesem Programm nicht zu speichern</translation>
    </message>
    <message>
      <source>it does not know this program as '{calling}'</source>
      <translation>er kennt dieses Programm nicht als „{calling}“</translation>
    </message>
    <message>
      <source>it does not know this protocol</source>
      <translation>er kennt dieses Protokoll nicht</translation>
    </message>
    <message>
      <source>it does not take this class of object</source>
      <translation>er nimmt Objekte dieser Klasse nicht an</translation>
    </message>
    <message>
      <source>it failed to process the object</source>
      <translation>er konnte das Objekt nicht verarbeiten</translation>
    </message>
    <message>
      <source>it finds the object's identity invalid</source>
      <translation>er hält die Kennung des Objekts für ungültig</translation>
    </message>
    <message>
      <source>it gives no reason</source>
      <translation>er nennt keinen Grund</translation>
    </message>
    <message>
      <source>it has no feature maps that its scores come from alone</source>
      <translation>es hat keine Merkmalskarten, aus denen allein seine Werte kommen</translation>
    </message>
    <message>
      <source>it has no space left</source>
      <translation>er hat keinen Platz mehr</translation>
    </message>
    <message>
      <source>it is damaged, or uses what ONNX Runtime lacks</source>
      <translation>es ist beschädigt, oder nutzt etwas, was ONNX Runtime fehlt</translation>
    </message>
    <message>
      <source>it is not allowed to store here</source>
      <translation>hier darf nicht gespeichert werden</translation>
    </message>
    <message>
      <source>it is too busy, or wants none now</source>
      <translation>er ist überlastet, oder will jetzt keine</translation>
    </message>
    <message>
      <source>it knows no '{title}', or does not admit '{calling}' to it</source>
      <translation>er kennt „{title}“ nicht, oder lässt „{calling}“ nicht zu</translation>
    </message>
    <message>
      <source>it was made for {h} x {w} pixels and {channels} channels; name that as the input size</source>
      <translation>es wurde für {h} x {w} Bildpunkte und {channels} Kanäle gemacht; nennen Sie das als Eingabegröße</translation>
    </message>
    <message>
      <source>its catalogue could not take the object</source>
      <translation>sein Katalog konnte das Objekt nicht aufnehmen</translation>
    </message>
    <message>
      <source>Its file is gone or damaged: {error}</source>
      <translation>Die Datei ist fort oder beschädigt: {error}</translation>
    </message>
    <message>
      <source>its reason is {code}</source>
      <translation>sein Grund ist {code}</translation>
    </message>
    <message>
      <source>its {what} works as in training</source>
      <translation>{what} arbeitet wie im Training</translation>
    </message>
    <message>
      <source>Key objects cannot be made: an image's header is too unusual to refer to.</source>
      <translation>Schlüsselobjekte lassen sich nicht erstellen: Der Kopf eines Bildes ist zu ungewöhnlich, um darauf zu verweisen.</translation>
    </message>
    <message>
      <source>Key objects refer to DICOM images, and none of the marked images is one.</source>
      <translation>Schlüsselobjekte verweisen auf DICOM-Bilder, und keines der markierten Bilder ist eines.</translation>
    </message>
    <message>
      <source>Name or service not known</source>
      <translation>Name unbekannt</translation>
    </message>
    <message>
      <source>Network is unreachable</source>
      <translation>Netzwerk ist nicht erreichbar</translation>
    </message>
    <message>
      <source>No calibration image has the {subgroup} {subgroup2} that [[recipe.evaluation.within]] names.</source>
      <translation>Kein Kalibrierbild hat {subgroup} {subgroup2}, wie [[recipe.evaluation.within]] es nennt.</translation>
    </message>
    <message>
      <source>No image shows {known}: its cut-off stays {known2}.</source>
      <translation>Kein Bild zeigt {known}: Der Grenzwert bleibt {known2}.</translation>
    </message>
    <message>
      <source>No image that the badge could be fitted on passed the input gate with a region.</source>
      <translation>Kein Bild, an das sich das Abzeichen anpassen ließe, kam mit einer Region durch die Eingangsprüfung.</translation>
    </message>
    <message>
      <source>No layer of the network has rows and columns to explain; name a target layer.</source>
      <translation>Keine Schicht des Netzes hat Zeilen und Spalten, die sich erklären ließen; nennen Sie eine Zielschicht.</translation>
    </message>
    <message>
      <source>No model bundle is installed.</source>
      <translation>Es ist kein Modell installiert.</translation>
    </message>
    <message>
      <source>No route to host</source>
      <translation>kein Weg zum Rechner</translation>
    </message>
    <message>
      <source>No space left on device</source>
      <translation>kein Platz mehr auf dem Datenträger</translation>
    </message>
    <message>
      <source>No such file or directory</source>
      <translation>Datei oder Ordner gibt es nicht</translation>
    </message>
    <message>
      <source>no such level: too few images, or too many mistakes</source>
      <translation>keine solche Stufe: zu wenige Bilder, oder zu viele Fehler</translation>
    </message>
    <message>
      <source>None of the images could be analysed; the model's gate or the files refuse them.</source>
      <translation>Keines der Bilder ließ sich analysieren; die Eingangsprüfung des Modells oder die Dateien stehen dem entgegen.</translation>
    </message>
    <message>
      <source>None of the images could be read.</source>
      <translation>Keines der Bilder ließ sich lesen.</translation>
    </message>
    <message>
      <source>Not a directory</source>
      <translation>ist kein Ordner</translation>
    </message>
    <message>
      <source>Nothing was classified that could be explained.</source>
      <translation>Es wurde nichts klassifiziert, was sich erklären ließe.</translation>
    </message>
    <message>
      <source>numbers of {page} bits of an unusual kind</source>
      <translation>Zahlen von {page} Bit einer ungewöhnlichen Art</translation>
    </message>
    <message>
      <source>NumPy arrays; save the state dict as safetensors</source>
      <translation>eine Datei mit NumPy-Arrays; speichern Sie das State-Dict als safetensors</translation>
    </message>
    <message>
      <source>Of the classifier's outputs {names} is taken, which fits the classes; not {others}.</source>
      <translation>Von den Ausgaben des Klassifikators wird {names} genommen, was zu den Klassen passt; nicht {others}.</translation>
    </message>
    <message>
      <source>Of the segmenter's outputs {names} is taken, which has rows and columns.</source>
      <translation>Von den Ausgaben des Segmentierers wird {names} genommen, was Zeilen und Spalten hat.</translation>
    </message>
    <message>
      <source>One class under softmax has the probability 1 whatever the image: a network of one output gives the probability of the positive class; say activation sigmoid, and name that class (--activation, --classes).</source>
      <translation>Eine einzige Klasse hat unter Softmax immer die Wahrscheinlichkeit 1: Ein Netz mit einer Ausgabe gibt die Wahrscheinlichkeit der positiven Klasse; wählen Sie die Aktivierung sigmoid, und nennen Sie diese Klasse (--activation, --classes).</translation>
    </message>
    <message>
      <source>One output is the probability of the positive class: name that class alone, with activation sigmoid (--classes, --activation).</source>
      <translation>Eine Ausgabe ist die Wahrscheinlichkeit der positiven Klasse: Nennen Sie nur diese Klasse, mit der Aktivierung sigmoid (--classes, --activation).</translation>
    </message>
    <message>
      <source>ONNX gives no gradients through the whole network</source>
      <translation>ONNX liefert keine Gradienten durch das ganze Netz</translation>
    </message>
    <message>
      <source>Page {i} of the file is left out: it has {reason}.</source>
      <translation>Seite {i} der Datei wird ausgelassen: Sie hat {reason}.</translation>
    </message>
    <message>
      <source>palette</source>
      <translation>Paletten</translation>
    </message>
    <message>
      <source>Permission denied</source>
      <translation>keine Berechtigung</translation>
    </message>
    <message>
      <source>Pixels of a big-endian file cannot be blanked; export it again in little endian.</source>
      <translation>Bildpunkte einer Big-Endian-Datei lassen sich nicht schwärzen; exportieren Sie sie neu in Little Endian.</translation>
    </message>
    <message>
      <source>Pixels of an image with a palette cannot be blanked.</source>
      <translation>Bildpunkte eines Bildes mit Palette lassen sich nicht schwärzen.</translation>
    </message>
    <message>
      <source>promised</source>
      <translation>zugesagt</translation>
    </message>
    <message>
      <source>Read-only file system</source>
      <translation>Dateisystem ist schreibgeschützt</translation>
    </message>
    <message>
      <source>Region: Dice {dices} on average, with the masks of {dices2} images</source>
      <translation>Region: Dice im Mittel {dices}, mit den Masken von {dices2} Bildern</translation>
    </message>
    <message>
      <source>retrieval</source>
      <translation>Abruf</translation>
    </message>
    <message>
      <source>search</source>
      <translation>Suche</translation>
    </message>
    <message>
      <source>segmenter</source>
      <translation>Segmentierer</translation>
    </message>
    <message>
      <source>self-signed certificate</source>
      <translation>selbst unterschriebenes Zertifikat</translation>
    </message>
    <message>
      <source>sending</source>
      <translation>Senden</translation>
    </message>
    <message>
      <source>Sets that hold the truth {confidence} of the time: enough images of each class</source>
      <translation>Mengen, die in {confidence} der Fälle die Wahrheit enthalten: genug Bilder jeder Klasse</translation>
    </message>
    <message>
      <source>the address of a DICOMweb server begins with http:// or https://.</source>
      <translation>Die Adresse eines DICOMweb-Servers beginnt mit http:// oder https://.</translation>
    </message>
    <message>
      <source>The analysis was cancelled.</source>
      <translation>Die Analyse wurde abgebrochen.</translation>
    </message>
    <message>
      <source>The architecture of {source} is not named, and its weights do not tell it: {option}.</source>
      <translation>Die Architektur von {source} ist nicht genannt, und die Gewichte verraten sie nicht: {option}.</translation>
    </message>
    <message>
      <source>The archive has no such images.</source>
      <translation>Das Archiv hat solche Bilder nicht.</translation>
    </message>
    <message>
      <source>The archive names an object by '{uid}', which is no UID.</source>
      <translation>Das Archiv nennt ein Objekt „{uid}“, und das ist keine UID.</translation>
    </message>
    <message>
      <source>The archive sent nothing of what it has listed.</source>
      <translation>Das Archiv hat nichts von dem gesendet, was es aufgelistet hat.</translation>
    </message>
    <message>
      <source>The badge stays uncalibrated: {error}</source>
      <translation>Das Abzeichen bleibt unkalibriert: {error}</translation>
    </message>
    <message>
      <source>The calibration has a scale that is not above 0.</source>
      <translation>Die Kalibrierung hat eine Skala, die nicht über 0 liegt.</translation>
    </message>
    <message>
      <source>The calibration has a wrong value: {error}.</source>
      <translation>Die Kalibrierung hat einen falschen Wert: {error}.</translation>
    </message>
    <message>
      <source>The calibration has figures that are not finite.</source>
      <translation>Die Kalibrierung hat Zahlen, die nicht endlich sind.</translation>
    </message>
    <message>
      <source>The calibration has no entry {error}.</source>
      <translation>Die Kalibrierung hat keinen Eintrag {error}.</translation>
    </message>
    <message>
      <source>The calibration needs one mean, scale and coefficient for each of its features.</source>
      <translation>Die Kalibrierung braucht für jedes ihrer Merkmale Mittelwert, Skala und Koeffizient.</translation>
    </message>
    <message>
      <source>The calibration needs {missing}, which this analysis does not have.</source>
      <translation>Die Kalibrierung braucht {missing}, was diese Analyse nicht hat.</translation>
    </message>
    <message>
      <source>The calibration's features must be a list of names.</source>
      <translation>Die Merkmale der Kalibrierung müssen eine Liste von Namen sein.</translation>
    </message>
    <message>
      <source>The calibration's levels must lie between 0 and 1, moderate not above high.</source>
      <translation>Die Stufen der Kalibrierung müssen zwischen 0 und 1 liegen, die mittlere nicht über der hohen.</translation>
    </message>
    <message>
      <source>The class names in {path} could not be read ({error}).</source>
      <translation>Die Klassennamen in {path} ließen sich nicht lesen ({error}).</translation>
    </message>
    <message>
      <source>The classes of {source} are not named, and it does not tell them: name them in the order of its outputs (--classes).</source>
      <translation>Die Klassen von {source} sind nicht genannt, und die Datei sagt sie nicht: Nennen Sie sie in der Reihenfolge der Ausgaben (--classes).</translation>
    </message>
    <message>
      <source>The classifier architecture {architecture} is not known: {error}</source>
      <translation>Die Klassifikator-Architektur {architecture} ist nicht bekannt: {error}</translation>
    </message>
    <message>
      <source>The classifier architecture {architecture} is not known; use timm/NAME, torchvision/NAME, {classifiers}, exported or onnx.</source>
      <translation>Die Klassifikator-Architektur {architecture} ist nicht bekannt; möglich sind timm/NAME, torchvision/NAME, {classifiers}, exported oder onnx.</translation>
    </message>
    <message>
      <source>The classifier gives ({given},) scores; the model names {classes} classes.</source>
      <translation>Der Klassifikator gibt ({given},) Werte; das Modell nennt {classes} Klassen.</translation>
    </message>
    <message>
      <source>The classifier gives {row} scores; the model names {classes} classes.</source>
      <translation>Der Klassifikator gibt {row} Werte; das Modell nennt {classes} Klassen.</translation>
    </message>
    <message>
      <source>The classifier's batch norms have never seen an image: its weights look untrained.</source>
      <translation>Die Batch-Normen des Klassifikators haben nie ein Bild gesehen: Seine Gewichte sehen untrainiert aus.</translation>
    </message>
    <message>
      <source>The classifier's head cannot be built: {error}</source>
      <translation>Der Kopf des Klassifikators lässt sich nicht bauen: {error}</translation>
    </message>
    <message>
      <source>The classifier's output is not finite; its weights may be damaged.</source>
      <translation>Die Ausgabe des Klassifikators ist nicht endlich; seine Gewichte sind womöglich beschädigt.</translation>
    </message>
    <message>
      <source>The classifier's {path} is a sequence ({layers}); what has no weights is taken as dropout.</source>
      <translation>{path} des Klassifikators ist eine Folge ({layers}); was keine Gewichte hat, gilt als Dropout.</translation>
    </message>
    <message>
      <source>The configuration in {folder} has a wrong value: {error}.</source>
      <translation>Die Konfiguration in {folder} hat einen falschen Wert: {error}.</translation>
    </message>
    <message>
      <source>The crop {share} is no share of the image: it is above 0 and at most 1.</source>
      <translation>Der Ausschnitt {share} ist kein Anteil des Bildes: Er liegt über 0 und ist höchstens 1.</translation>
    </message>
    <message>
      <source>The cut-off {text} of the class {code} is not a probability.</source>
      <translation>Der Grenzwert {text} der Klasse {code} ist keine Wahrscheinlichkeit.</translation>
    </message>
    <message>
      <source>The drawn region of {mask} pixels does not fit the model's input of {predicted}.</source>
      <translation>Die gezeichnete Region von {mask} Bildpunkten passt nicht zur Eingabe des Modells von {predicted}.</translation>
    </message>
    <message>
      <source>The explanation of the model's prediction is not finite; its weights may be damaged.</source>
      <translation>Die Erklärung der Vorhersage ist nicht endlich; die Gewichte des Modells sind womöglich beschädigt.</translation>
    </message>
    <message>
      <source>The explanation of the test image is empty; try another target layer or image.</source>
      <translation>Die Erklärung des Testbildes ist leer; versuchen Sie eine andere Zielschicht oder ein anderes Bild.</translation>
    </message>
    <message>
      <source>The exported program could not be run on an input of {x}; it was made for {wish} (channels x height x width).</source>
      <translation>Das exportierte Programm ließ sich mit einer Eingabe von {x} nicht ausführen; es wurde für {wish} gemacht (Kanäle x Höhe x Breite).</translation>
    </message>
    <message>
      <source>The exported program wants {nodes} inputs; a model of images has one.</source>
      <translation>Das exportierte Programm will {nodes} Eingaben; ein Bildmodell hat eine.</translation>
    </message>
    <message>
      <source>The file holds no operating points: the cut-offs are the manifest's.</source>
      <translation>Die Datei enthält keine Arbeitspunkte: Es gelten die Grenzwerte des Manifests.</translation>
    </message>
    <message>
      <source>the file with its weights is missing beside it</source>
      <translation>die Datei mit den Gewichten fehlt daneben</translation>
    </message>
    <message>
      <source>The folder cannot be written.</source>
      <translation>In den Ordner lässt sich nicht schreiben.</translation>
    </message>
    <message>
      <source>The header claims {claimed} frames; the file holds {decoded}.</source>
      <translation>Der Kopf verspricht {claimed} Einzelbilder; die Datei enthält {decoded}.</translation>
    </message>
    <message>
      <source>The highest value {highest} of the input is no number above 0.</source>
      <translation>Der höchste Wert {highest} der Eingabe ist keine Zahl über 0.</translation>
    </message>
    <message>
      <source>The key {path} could not be read: {error}.</source>
      <translation>Der Schlüssel {path} ließ sich nicht lesen: {error}.</translation>
    </message>
    <message>
      <source>The layer {name} cannot be explained: its output {output} has no rows and columns.</source>
      <translation>Die Schicht {name} lässt sich nicht erklären: Ihre Ausgabe {output} hat keine Zeilen und Spalten.</translation>
    </message>
    <message>
      <source>The layer {subject} cannot be explained: the class scores depend on none of its image positions, only on its class token.</source>
      <translation>Die Schicht {subject} lässt sich nicht erklären: Die Werte der Klassen hängen von keiner ihrer Bildpositionen ab, nur von ihrem Klassen-Token.</translation>
    </message>
    <message>
      <source>The layer {target_layer} cannot be explained: it does not give one tensor.</source>
      <translation>Die Schicht {target_layer} lässt sich nicht erklären: Sie gibt nicht genau einen Tensor.</translation>
    </message>
    <message>
      <source>The layer {target_layer} cannot be explained: the class scores do not depend on it.</source>
      <translation>Die Schicht {target_layer} lässt sich nicht erklären: Die Werte der Klassen hängen nicht von ihr ab.</translation>
    </message>
    <message>
      <source>The licence of the weights is not stated.</source>
      <translation>Die Lizenz der Gewichte ist nicht angegeben.</translation>
    </message>
    <message>
      <source>The list of archives in {path} cannot be read: {error}.</source>
      <translation>Die Liste der Archive in {path} lässt sich nicht lesen: {error}.</translation>
    </message>
    <message>
      <source>The model is too large to be looked into.</source>
      <translation>Das Modell ist zu groß, um hineinzusehen.</translation>
    </message>
    <message>
      <source>The model keeps no images that Gradient SHAP as published starts from (calibrate --as-published); this is the program's own.</source>
      <translation>Das Modell bewahrt keine Bilder auf, von denen das veröffentlichte Gradient SHAP ausgeht (calibrate --as-published); dies ist das programmeigene.</translation>
    </message>
    <message>
      <source>The model makes no statement about the test image ({analysis}); name an image that it reads.</source>
      <translation>Das Modell macht über das Testbild keine Aussage ({analysis}); nennen Sie ein Bild, das es liest.</translation>
    </message>
    <message>
      <source>the model states nothing on these images</source>
      <translation>das Modell sagt zu diesen Bildern nichts</translation>
    </message>
    <message>
      <source>The model's manifest has a wrong value: {error}.</source>
      <translation>Das Manifest des Modells hat einen falschen Wert: {error}.</translation>
    </message>
    <message>
      <source>The model's manifest has no entry {error}.</source>
      <translation>Das Manifest des Modells hat keinen Eintrag {error}.</translation>
    </message>
    <message>
      <source>The model's prediction could not be explained.</source>
      <translation>Die Vorhersage des Modells ließ sich nicht erklären.</translation>
    </message>
    <message>
      <source>The models could not be loaded; see Help &gt; Log.</source>
      <translation>Die Modelle ließen sich nicht laden; siehe Hilfe &gt; Protokoll.</translation>
    </message>
    <message>
      <source>The network could not be run on this image.</source>
      <translation>Das Netz ließ sich mit diesem Bild nicht ausführen.</translation>
    </message>
    <message>
      <source>The network does not give a tensor.</source>
      <translation>Das Netz gibt keinen Tensor.</translation>
    </message>
    <message>
      <source>The network gives {names} outputs; say which one is meant (--take): {known}.</source>
      <translation>Das Netz gibt {names} Ausgaben; sagen Sie, welche gemeint ist (--take): {known}.</translation>
    </message>
    <message>
      <source>The network has no layer {name} to explain.</source>
      <translation>Das Netz hat keine Schicht {name}, die sich erklären ließe.</translation>
    </message>
    <message>
      <source>The network has no output {wanted}; it has {known}.</source>
      <translation>Das Netz hat keine Ausgabe {wanted}; es hat {known}.</translation>
    </message>
    <message>
      <source>The network has no ready graph: it answers otherwise than the network does.</source>
      <translation>Das Netz hat keinen fertigen Graphen: Er antwortet anders als das Netz.</translation>
    </message>
    <message>
      <source>The network has no ready graph: {error}</source>
      <translation>Das Netz hat keinen fertigen Graphen: {error}</translation>
    </message>
    <message>
      <source>The network has no ready graph: {name} is large and not among its weights.</source>
      <translation>Das Netz hat keinen fertigen Graphen: {name} ist groß und nicht unter seinen Gewichten.</translation>
    </message>
    <message>
      <source>The network shows no layers to explain; ask for Occlusion or RISE.</source>
      <translation>Das Netz zeigt keine Schichten, die sich erklären ließen; wählen Sie Occlusion oder RISE.</translation>
    </message>
    <message>
      <source>The network's graph and its weights do not belong together.</source>
      <translation>Der Graph des Netzes und seine Gewichte gehören nicht zusammen.</translation>
    </message>
    <message>
      <source>the object does not fit its class</source>
      <translation>das Objekt passt nicht zu seiner Klasse</translation>
    </message>
    <message>
      <source>The ONNX model could not be run on an input of {shape} x {shape2} with {shape3} channels: {said}.</source>
      <translation>Das ONNX-Modell ließ sich mit einer Eingabe von {shape} x {shape2} mit {shape3} Kanälen nicht ausführen: {said}.</translation>
    </message>
    <message>
      <source>The ONNX model has no output {target_layer} to explain.</source>
      <translation>Das ONNX-Modell hat keine Ausgabe {target_layer}, die sich erklären ließe.</translation>
    </message>
    <message>
      <source>the padding after the last feature maps differs from side to side</source>
      <translation>die Auffüllung nach den letzten Merkmalskarten ist nicht auf allen Seiten gleich</translation>
    </message>
    <message>
      <source>The process that decodes images did not start.</source>
      <translation>Der Prozess, der Bilder dekodiert, ist nicht gestartet.</translation>
    </message>
    <message>
      <source>The promises have a wrong value: {error}.</source>
      <translation>Die Zusagen haben einen falschen Wert: {error}.</translation>
    </message>
    <message>
      <source>The promises have no entry {error}.</source>
      <translation>Die Zusagen haben keinen Eintrag {error}.</translation>
    </message>
    <message>
      <source>The promises name a class {unknown}, which the model does not have.</source>
      <translation>Die Zusagen nennen eine Klasse {unknown}, die das Modell nicht hat.</translation>
    </message>
    <message>
      <source>The region is the whole test image.</source>
      <translation>Die Region ist das ganze Testbild.</translation>
    </message>
    <message>
      <source>The region of the test image is empty.</source>
      <translation>Die Region des Testbildes ist leer.</translation>
    </message>
    <message>
      <source>The results hold no maps of {name}.</source>
      <translation>Die Ergebnisse enthalten keine Karten von {name}.</translation>
    </message>
    <message>
      <source>The results of {name} are damaged.</source>
      <translation>Die Ergebnisse von {name} sind beschädigt.</translation>
    </message>
    <message>
      <source>The results of {name} could not be read: {error}.</source>
      <translation>Die Ergebnisse von {name} ließen sich nicht lesen: {error}.</translation>
    </message>
    <message>
      <source>the same input gives another answer each time</source>
      <translation>dieselbe Eingabe gibt jedes Mal eine andere Antwort</translation>
    </message>
    <message>
      <source>The segmenter architecture {architecture} is not known: {error}</source>
      <translation>Die Segmentierer-Architektur {architecture} ist nicht bekannt: {error}</translation>
    </message>
    <message>
      <source>The segmenter architecture {architecture} is not known; use smp/NAME, torchvision/NAME, {segmenters}, exported or onnx.</source>
      <translation>Die Segmentierer-Architektur {architecture} ist nicht bekannt; möglich sind smp/NAME, torchvision/NAME, {segmenters}, exported oder onnx.</translation>
    </message>
    <message>
      <source>The segmenter gives boxes and masks of single things; all of a kind are one region.</source>
      <translation>Der Segmentierer liefert Boxen und Masken einzelner Dinge; alle einer Art sind eine Region.</translation>
    </message>
    <message>
      <source>The segmenter gives the number of each pixel's class, no probabilities.</source>
      <translation>Der Segmentierer gibt die Nummer der Klasse jedes Bildpunkts, keine Wahrscheinlichkeiten.</translation>
    </message>
    <message>
      <source>The segmenter gives {count} channels: say whether they exclude each other (--segmenter-activation softmax) or stand each for itself (sigmoid).</source>
      <translation>Der Segmentierer gibt {count} Kanäle: Sagen Sie, ob sie einander ausschließen (--segmenter-activation softmax) oder jeder für sich steht (sigmoid).</translation>
    </message>
    <message>
      <source>The segmenter gives {count} channels{background}: say which of them make up the region (--channels, counted from 0).</source>
      <translation>Der Segmentierer gibt {count} Kanäle{background}: Sagen Sie, welche die Region bilden (--channels, von 0 an gezählt).</translation>
    </message>
    <message>
      <source>The segmenter gives {output}; a mask has rows and columns.</source>
      <translation>Der Segmentierer gibt {output}; eine Maske hat Zeilen und Spalten.</translation>
    </message>
    <message>
      <source>The segmenter is not named: a weights file, or an installed model that lends its own (--segmenter).</source>
      <translation>Der Segmentierer ist nicht genannt: eine Datei mit Gewichten, oder ein installiertes Modell, das seinen leiht (--segmenter).</translation>
    </message>
    <message>
      <source>The segmenter is recognised by its weights: {name} with the encoder {encoder}; what has no weights is taken as segmentation-models-pytorch has it.</source>
      <translation>Der Segmentierer ist an seinen Gewichten erkannt: {name} mit dem Encoder {encoder}; was keine Gewichte hat, wird genommen, wie segmentation-models-pytorch es hat.</translation>
    </message>
    <message>
      <source>The segmenter's two channels are taken to exclude each other (softmax).</source>
      <translation>Die beiden Kanäle des Segmentierers gelten als einander ausschließend (Softmax).</translation>
    </message>
    <message>
      <source>The target layer is found when the network is loaded.</source>
      <translation>Die Zielschicht wird gefunden, wenn das Netz geladen ist.</translation>
    </message>
    <message>
      <source>the time to wait is a number of seconds.</source>
      <translation>Die Wartezeit ist eine Zahl von Sekunden.</translation>
    </message>
    <message>
      <source>The weights do not fit {architecture}: {lacking} are missing, such as {lacking2}.</source>
      <translation>Die Gewichte passen nicht zu {architecture}: {lacking} fehlen, etwa {lacking2}.</translation>
    </message>
    <message>
      <source>The YOLO model gives {rows} for boxes of {classes} classes and {coefficients} coefficients; its classes are not those in its metadata.</source>
      <translation>Das YOLO-Modell liefert {rows} für Boxen von {classes} Klassen und {coefficients} Koeffizienten; seine Klassen sind nicht die seiner Metadaten.</translation>
    </message>
    <message>
      <source>The {name} ends in {end}, so that its outputs are probabilities already; say {option} {probabilities}.</source>
      <translation>{name}: endet mit {end}, gibt also schon Wahrscheinlichkeiten; wählen Sie {option} {probabilities}.</translation>
    </message>
    <message>
      <source>The {name} ends in {end}: its outputs are taken as probabilities.</source>
      <translation>{name}: endet mit {end}; die Ausgaben gelten als Wahrscheinlichkeiten.</translation>
    </message>
    <message>
      <source>The {name} of {folder} is damaged.</source>
      <translation>{name} von {folder} ist beschädigt.</translation>
    </message>
    <message>
      <source>The {name} takes whole numbers, and images would reach it as values up to {highest}: name the value of white (--highest), such as 255, 4095 or 65535.</source>
      <translation>{name} nimmt ganze Zahlen, und Bilder kämen als Werte bis {highest} an: Nennen Sie den Wert von Weiß (--highest), etwa 255, 4095 oder 65535.</translation>
    </message>
    <message>
      <source>The {name} was exported in training mode ({why}); call .eval() before exporting it.</source>
      <translation>{name}: im Trainingsmodus exportiert ({why}); rufen Sie vor dem Export .eval() auf.</translation>
    </message>
    <message>
      <source>The {name}'s output is not finite; its weights may be damaged.</source>
      <translation>{name}: Die Ausgabe ist nicht endlich; die Gewichte sind womöglich beschädigt.</translation>
    </message>
    <message>
      <source>The {name}'s outputs are no probabilities: they lie outside 0..1; say {option} logits.</source>
      <translation>{name}: Die Ausgaben sind keine Wahrscheinlichkeiten, sie liegen außerhalb von 0..1; wählen Sie {option} logits.</translation>
    </message>
    <message>
      <source>The {name}'s outputs lie within 0..1{whole} on every trial: say whether they are probabilities already ({option} {probabilities}) or not ({option2} {logits}).</source>
      <translation>{name}: Die Ausgaben liegen bei jedem Versuch in 0..1{whole}: Sagen Sie, ob sie schon Wahrscheinlichkeiten sind ({option} {probabilities}) oder nicht ({option2} {logits}).</translation>
    </message>
    <message>
      <source>The {name}'s probabilities do not add up to 1: each class stands for itself; say activation sigmoid (--activation).</source>
      <translation>{name}: Die Wahrscheinlichkeiten ergeben zusammen nicht 1, jede Klasse steht für sich; wählen Sie die Aktivierung sigmoid (--activation).</translation>
    </message>
    <message>
      <source>The {network} is a program; it is run as it is.</source>
      <translation>{network}: ein Programm; es wird ausgeführt, wie es ist.</translation>
    </message>
    <message>
      <source>The {network}'s weights file is not named.</source>
      <translation>{network}: Die Datei der Gewichte ist nicht genannt.</translation>
    </message>
    <message>
      <source>There is a model {name} already; choose another name (--name) or remove it first.</source>
      <translation>Ein Modell {name} gibt es schon; wählen Sie einen anderen Namen (--name), oder entfernen Sie es zuerst.</translation>
    </message>
    <message>
      <source>There is no analysis yet whose region could be edited.</source>
      <translation>Es gibt noch keine Analyse, deren Region sich bearbeiten ließe.</translation>
    </message>
    <message>
      <source>There is no archive called {name}; configured: {known}.</source>
      <translation>Ein Archiv namens {name} gibt es nicht; eingerichtet: {known}.</translation>
    </message>
    <message>
      <source>There is no attribution method {name}; there are {known}.</source>
      <translation>Ein Attributionsverfahren {name} gibt es nicht; es gibt {known}.</translation>
    </message>
    <message>
      <source>There is no device {wanted}; choose {devices} or {devices2}.</source>
      <translation>Ein Gerät {wanted} gibt es nicht; wählen Sie {devices} oder {devices2}.</translation>
    </message>
    <message>
      <source>There is no file or folder {data}.</source>
      <translation>Eine Datei oder einen Ordner {data} gibt es nicht.</translation>
    </message>
    <message>
      <source>There is no file or folder {source}.</source>
      <translation>Eine Datei oder einen Ordner {source} gibt es nicht.</translation>
    </message>
    <message>
      <source>There is no image to report on.</source>
      <translation>Es gibt kein Bild, über das sich berichten ließe.</translation>
    </message>
    <message>
      <source>There is no model bundle {name}; installed are {bundles}.</source>
      <translation>Ein Modell {name} gibt es nicht; installiert sind {bundles}.</translation>
    </message>
    <message>
      <source>There is no segmenter {path}: neither a file or folder nor an installed model.</source>
      <translation>Einen Segmentierer {path} gibt es nicht: weder Datei oder Ordner noch installiertes Modell.</translation>
    </message>
    <message>
      <source>There is no template or model {name}; there are {installed}.</source>
      <translation>Eine Vorlage oder ein Modell {name} gibt es nicht; es gibt {installed}.</translation>
    </message>
    <message>
      <source>There is no weights file {path}.</source>
      <translation>Eine Gewichtsdatei {path} gibt es nicht.</translation>
    </message>
    <message>
      <source>There is no weights file {source}.</source>
      <translation>Eine Gewichtsdatei {source} gibt es nicht.</translation>
    </message>
    <message>
      <source>There is not enough memory for this analysis; close other images and try again.</source>
      <translation>Für diese Analyse reicht der Speicher nicht; schließen Sie andere Bilder, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
      <source>This computer has no {wanted} device that PyTorch can use; choose auto or cpu.</source>
      <translation>Dieser Rechner hat kein Gerät {wanted}, das PyTorch nutzen kann; wählen Sie auto oder cpu.</translation>
    </message>
    <message>
      <source>This file is also {kind}, hidden in its preamble. The viewer does not run it; do not run or rename it.</source>
      <translation>Diese Datei ist zugleich {kind}, in ihrer Präambel verborgen. Der Viewer führt es nicht aus; führen Sie die Datei nicht aus, und benennen Sie sie nicht um.</translation>
    </message>
    <message>
      <source>This model needs {family}, which is not installed: pip install {family2}</source>
      <translation>Dieses Modell braucht {family}, was nicht installiert ist: pip install {family2}</translation>
    </message>
    <message>
      <source>This needs {name}, which this installation lacks; the full installation has it.</source>
      <translation>Dies braucht {name}, was dieser Installation fehlt; die vollständige hat es.</translation>
    </message>
    <message>
      <source>This one can be the segmenter (--segmenter).</source>
      <translation>Dieses kann der Segmentierer sein (--segmenter).</translation>
    </message>
    <message>
      <source>This program cannot listen at {server}:{server2} for {server3}: {error}.</source>
      <translation>Dieses Programm kann für {server3} nicht unter {server}:{server2} lauschen: {error}.</translation>
    </message>
    <message>
      <source>timed out</source>
      <translation>Zeit abgelaufen</translation>
    </message>
    <message>
      <source>Too many open files</source>
      <translation>zu viele offene Dateien</translation>
    </message>
    <message>
      <source>try another input size, such as one that 32 divides</source>
      <translation>versuchen Sie eine andere Eingabegröße, etwa eine durch 32 teilbare</translation>
    </message>
    <message>
      <source>unable to get local issuer certificate</source>
      <translation>Aussteller ist nicht bekannt</translation>
    </message>
    <message>
      <source>what follows its last feature maps could not be followed exactly</source>
      <translation>was auf seine letzten Merkmalskarten folgt, ließ sich nicht genau nachvollziehen</translation>
    </message>
    <message>
      <source>What follows this ONNX model's last feature maps is not known; choose another method.</source>
      <translation>Was auf die letzten Merkmalskarten dieses ONNX-Modells folgt, ist nicht bekannt; wählen Sie ein anderes Verfahren.</translation>
    </message>
    <message>
      <source>What is to be sent cannot be kept in {folder}: {error}.</source>
      <translation>Was zu senden ist, lässt sich in {folder} nicht aufbewahren: {error}.</translation>
    </message>
    <message>
      <source>what it says of an image depends on the others beside it</source>
      <translation>was es zu einem Bild sagt, hängt von den anderen daneben ab</translation>
    </message>
    <message>
      <source>{archive} asks for a password; unpack it, and name the folder.</source>
      <translation>{archive} verlangt ein Passwort; entpacken Sie es, und nennen Sie den Ordner.</translation>
    </message>
    <message>
      <source>{archive} could not be unpacked: it is damaged or not complete.</source>
      <translation>{archive} konnte nicht entpackt werden: Es ist beschädigt oder nicht vollständig.</translation>
    </message>
    <message>
      <source>{archive} could not be unpacked: {error}.</source>
      <translation>{archive} ließ sich nicht entpacken: {error}.</translation>
    </message>
    <message>
      <source>{archive} holds more than there is room for when unpacked.</source>
      <translation>{archive} enthält ausgepackt mehr, als Platz da ist.</translation>
    </message>
    <message>
      <source>{archive} holds more than {most_members} files.</source>
      <translation>{archive} enthält mehr als {most_members} Dateien.</translation>
    </message>
    <message>
      <source>{bundle} has no class {name}; its classes are {names}.</source>
      <translation>{bundle} hat keine Klasse {name}; die Klassen sind {names}.</translation>
    </message>
    <message>
      <source>{bundle} shows no layers, so its explanations cannot be checked this way.</source>
      <translation>{bundle} zeigt keine Schichten; die Erklärungen lassen sich so nicht prüfen.</translation>
    </message>
    <message>
      <source>{bundle} was calibrated where it was trained; images of your own would take the place of that.</source>
      <translation>{bundle} wurde dort kalibriert, wo es trainiert wurde; eigene Bilder träten an dessen Stelle.</translation>
    </message>
    <message>
      <source>{bundle}: the classes exclude each other (softmax), so they have no cut-offs.</source>
      <translation>{bundle}: Die Klassen schließen einander aus (Softmax); sie haben keine Grenzwerte.</translation>
    </message>
    <message>
      <source>{bundle}: the region {region} names channel {max}; the segmenter has {channels}.</source>
      <translation>{bundle}: Die Region {region} nennt Kanal {max}; der Segmentierer hat {channels}.</translation>
    </message>
    <message>
      <source>{bundle}: the weights in {spec} cannot be read: {error}</source>
      <translation>{bundle}: Die Gewichte in {spec} lassen sich nicht lesen: {error}</translation>
    </message>
    <message>
      <source>{bundle}: there is no class {k}; the classes are 0 to {count}.</source>
      <translation>{bundle}: Eine Klasse {k} gibt es nicht; die Klassen sind 0 bis {count}.</translation>
    </message>
    <message>
      <source>{bundle}: {images} images</source>
      <translation>{bundle}: {images} Bilder</translation>
    </message>
    <message>
      <source>{code}: cut-off {cut_off}</source>
      <translation>{code}: Grenzwert {cut_off}</translation>
    </message>
    <message>
      <source>{data} holds no labelled images: a folder for each class, or a CSV with image and class.</source>
      <translation>{data} enthält keine beschrifteten Bilder: je Klasse ein Ordner, oder eine CSV-Datei mit image und class.</translation>
    </message>
    <message>
      <source>{family} has no network {name}.</source>
      <translation>{family} hat kein Netz {name}.</translation>
    </message>
    <message>
      <source>{file} takes whole numbers ({kind}), and nothing in it says how high they go: name the value of white (--highest), such as 255, 4095 or 65535.</source>
      <translation>{file} nimmt ganze Zahlen ({kind}), und nichts darin sagt, wie hoch sie reichen: Nennen Sie den Wert von Weiß (--highest), etwa 255, 4095 oder 65535.</translation>
    </message>
    <message>
      <source>{folder} computes its network's arguments, which is not executed; write the values.</source>
      <translation>{folder} berechnet die Argumente seines Netzes; das wird nicht ausgeführt; schreiben Sie die Werte hin.</translation>
    </message>
    <message>
      <source>{folder} could not be read: {error}.</source>
      <translation>{folder} ließ sich nicht lesen: {error}.</translation>
    </message>
    <message>
      <source>{folder} has a configuration but no weights ({weights}).</source>
      <translation>{folder} hat eine Konfiguration, aber keine Gewichte ({weights}).</translation>
    </message>
    <message>
      <source>{folder} has no models/model.pt.</source>
      <translation>{folder} hat keine Datei models/model.pt.</translation>
    </message>
    <message>
      <source>{folder} holds a segmenter of segmentation-models-pytorch: name it with --segmenter.</source>
      <translation>{folder} enthält einen Segmentierer von segmentation-models-pytorch: Nennen Sie ihn mit --segmenter.</translation>
    </message>
    <message>
      <source>{folder} holds no results of analyze: there is no {name} in it.</source>
      <translation>{folder} enthält keine Ergebnisse von analyze: Es gibt darin kein {name}.</translation>
    </message>
    <message>
      <source>{folder} is a network of {options} dimensions; images have two.</source>
      <translation>{folder} ist ein Netz von {options} Dimensionen; Bilder haben zwei.</translation>
    </message>
    <message>
      <source>{folder} is another bundle here than where the calibration was begun.</source>
      <translation>{folder} ist hier ein anderes Modell als dort, wo die Kalibrierung begann.</translation>
    </message>
    <message>
      <source>{folder} is {kinds}; of transformers, image classification is read.</source>
      <translation>{folder} ist {kinds}; von transformers wird Bildklassifikation gelesen.</translation>
    </message>
    <message>
      <source>{folder} names its network in none of its configurations (network_def in inference.json or .yaml); export the network with torch.export.</source>
      <translation>{folder} nennt sein Netz in keiner Konfiguration (network_def in inference.json oder .yaml); exportieren Sie das Netz mit torch.export.</translation>
    </message>
    <message>
      <source>{folder}: {manifest} could not be read ({error}).</source>
      <translation>{folder}: {manifest} ließ sich nicht lesen ({error}).</translation>
    </message>
    <message>
      <source>{folder}: {manifest} has a wrong value: {error}.</source>
      <translation>{folder}: {manifest} hat einen falschen Wert: {error}.</translation>
    </message>
    <message>
      <source>{folder}: {manifest} has no entry {error}.</source>
      <translation>{folder}: {manifest} hat keinen Eintrag {error}.</translation>
    </message>
    <message>
      <source>{folder}: {manifest} is not valid TOML: {error}.</source>
      <translation>{folder}: {manifest} ist kein gültiges TOML: {error}.</translation>
    </message>
    <message>
      <source>{image} has other pixels than the image that {name} was made of.</source>
      <translation>{image} hat andere Bildpunkte als das Bild, aus dem {name} gemacht wurde.</translation>
    </message>
    <message>
      <source>{image} is left out: {error}</source>
      <translation>{image} wird ausgelassen: {error}</translation>
    </message>
    <message>
      <source>{image} is left out: {found}</source>
      <translation>{image} wird ausgelassen: {found}</translation>
    </message>
    <message>
      <source>{image}: DICOM results are made for single-frame images only.</source>
      <translation>{image}: DICOM-Ergebnisse gibt es nur für Einzelbilder.</translation>
    </message>
    <message>
      <source>{index} is no index of safetensors files.</source>
      <translation>{index} ist kein Verzeichnis von safetensors-Dateien.</translation>
    </message>
    <message>
      <source>{index} names {name}, which is not a file beside it.</source>
      <translation>{index} nennt {name}, und das ist keine Datei daneben.</translation>
    </message>
    <message>
      <source>{info} has no class {unknown}; it has {codes}.</source>
      <translation>{info} hat keine Klasse {unknown}; es hat {codes}.</translation>
    </message>
    <message>
      <source>{info}: the file {name} does not match its checksum; install the bundle again.</source>
      <translation>{info}: Die Datei {name} passt nicht zu ihrer Prüfsumme; installieren Sie das Modell neu.</translation>
    </message>
    <message>
      <source>{info}: the file {name} is missing; install the bundle again.</source>
      <translation>{info}: Die Datei {name} fehlt; installieren Sie das Modell neu.</translation>
    </message>
    <message>
      <source>{info}: the weights in {spec} do not fit {spec2}: {error}</source>
      <translation>{info}: Die Gewichte in {spec} passen nicht zu {spec2}: {error}</translation>
    </message>
    <message>
      <source>{info}: {manifest} lists no checksum for {name}.</source>
      <translation>{info}: {manifest} nennt keine Prüfsumme für {name}.</translation>
    </message>
    <message>
      <source>{info}: {name} is a link to elsewhere; a bundle holds its files itself.</source>
      <translation>{info}: {name} ist eine Verknüpfung nach anderswo; ein Modell enthält seine Dateien selbst.</translation>
    </message>
    <message>
      <source>{key} is {renamed} instead of {tensor}</source>
      <translation>{key} ist {renamed} statt {tensor}</translation>
    </message>
    <message>
      <source>{level}, wrong in at most {most}: {kept}</source>
      <translation>{level}, falsch in höchstens {most}: {kept}</translation>
    </message>
    <message>
      <source>{manifest} names {name}, which is not a file beside it.</source>
      <translation>{manifest} nennt {name}, und das ist keine Datei daneben.</translation>
    </message>
    <message>
      <source>{method_info} needs torch, which this installation lacks; the full installation has it.</source>
      <translation>{method_info} braucht torch, was dieser Installation fehlt; die vollständige hat es.</translation>
    </message>
    <message>
      <source>{min} of {images}</source>
      <translation>{min} von {images}</translation>
    </message>
    <message>
      <source>{named} and {names} more</source>
      <translation>{named} und {names} weitere</translation>
    </message>
    <message>
      <source>{names} and {many} more</source>
      <translation>{names} und {many} weitere</translation>
    </message>
    <message>
      <source>{name} beside {manifest} is a link to elsewhere; put the file itself there.</source>
      <translation>{name} neben {manifest} ist eine Verknüpfung nach anderswo; legen Sie die Datei selbst dorthin.</translation>
    </message>
    <message>
      <source>{name} came with the program and cannot be removed.</source>
      <translation>{name} gehört zum Programm und lässt sich nicht entfernen.</translation>
    </message>
    <message>
      <source>{name} could not be read: {error}.</source>
      <translation>{name} ließ sich nicht lesen: {error}.</translation>
    </message>
    <message>
      <source>{name} could not be removed: {error}</source>
      <translation>{name} ließ sich nicht entfernen: {error}</translation>
    </message>
    <message>
      <source>{name} has no valid SOP Instance UID.</source>
      <translation>{name} hat keine gültige SOP Instance UID.</translation>
    </message>
    <message>
      <source>{name} holds LoRA's additions; merge them into the network first (merge_and_unload) and save it.</source>
      <translation>{name} enthält Zusätze von LoRA; fügen Sie sie erst in das Netz ein (merge_and_unload), und speichern Sie es.</translation>
    </message>
    <message>
      <source>{name} holds no weights; a state dict or a checkpoint with one is needed, and it holds {held}.</source>
      <translation>{name} enthält keine Gewichte; nötig ist ein State-Dict oder ein Checkpoint damit, und es enthält {held}.</translation>
    </message>
    <message>
      <source>{name} holds no weights; a state dict or a checkpoint with one is needed.</source>
      <translation>{name} enthält keine Gewichte; nötig ist ein State-Dict oder ein Checkpoint damit.</translation>
    </message>
    <message>
      <source>{name} holds several sets of weights: {key} is taken, {others} is not.</source>
      <translation>{name} enthält mehrere Sätze von Gewichten: {key} wird genommen, {others} nicht.</translation>
    </message>
    <message>
      <source>{name} is larger than 2 GB.</source>
      <translation>{name} ist größer als 2 GB.</translation>
    </message>
    <message>
      <source>{name} is no DICOM object that could be sent.</source>
      <translation>{name} ist kein DICOM-Objekt, das sich senden ließe.</translation>
    </message>
    <message>
      <source>{name} is no name for a model: use small letters, digits, points and dashes (--name).</source>
      <translation>{name} ist kein Name für ein Modell: Nehmen Sie Kleinbuchstaben, Ziffern, Punkte und Striche (--name).</translation>
    </message>
    <message>
      <source>{name} is not an ONNX model that can be run: {hint}.</source>
      <translation>{name} ist kein ONNX-Modell, das sich ausführen lässt: {hint}.</translation>
    </message>
    <message>
      <source>{name}: its encoder is none that is known by its weights; name it (--segmenter-encoder).</source>
      <translation>{name}: Der Encoder ist keiner, der an seinen Gewichten zu erkennen ist; nennen Sie ihn (--segmenter-encoder).</translation>
    </message>
    <message>
      <source>{name}: its encoder is {known}, its decoder none that segmentation-models-pytorch makes with its own settings; give its folder with config.json (save_pretrained), or its options in a bundle.toml.</source>
      <translation>{name}: Der Encoder ist {known}, der Decoder keiner, den segmentation-models-pytorch mit eigenen Einstellungen baut; geben Sie den Ordner mit config.json an (save_pretrained) oder die Optionen in einer bundle.toml.</translation>
    </message>
    <message>
      <source>{name}: its head {path} is a sequence of {linear} linear layers, and what lies between them is not in the file; say which activation it is: --head-activation {activations}.</source>
      <translation>{name}: Der Kopf {path} ist eine Folge von {linear} linearen Schichten, und was dazwischen liegt, steht nicht in der Datei; sagen Sie, welche Aktivierung es ist: --head-activation {activations}.</translation>
    </message>
    <message>
      <source>{name}: the analysis failed unexpectedly; see Help &gt; Log.</source>
      <translation>{name}: Die Analyse schlug unerwartet fehl; siehe Hilfe &gt; Protokoll.</translation>
    </message>
    <message>
      <source>{name}: the layer {path}.{number} of its head is of a kind that is not known.</source>
      <translation>{name}: Die Schicht {path}.{number} des Kopfes ist von unbekannter Art.</translation>
    </message>
    <message>
      <source>{name}: the weights do not fit: {some}.</source>
      <translation>{name}: Die Gewichte passen nicht: {some}.</translation>
    </message>
    <message>
      <source>{name}: these weights are missing: {some}. The file has: {some2}.{hint}</source>
      <translation>{name}: Diese Gewichte fehlen: {some}. Die Datei hat: {some2}.{hint}</translation>
    </message>
    <message>
      <source>{name}: {known} have the same weights and compute otherwise; name the encoder that it was trained with (--segmenter-encoder).</source>
      <translation>{name}: {known} haben dieselben Gewichte und rechnen anders; nennen Sie den Encoder, mit dem trainiert wurde (--segmenter-encoder).</translation>
    </message>
    <message>
      <source>{page} bits for each value</source>
      <translation>{page} Bit je Wert</translation>
    </message>
    <message>
      <source>{path} could not be read ({error}).</source>
      <translation>{path} ließ sich nicht lesen ({error}).</translation>
    </message>
    <message>
      <source>{path} could not be read again for its DICOM results.</source>
      <translation>{path} ließ sich für die DICOM-Ergebnisse nicht noch einmal lesen.</translation>
    </message>
    <message>
      <source>{path} could not be read as a CSV of images and classes.</source>
      <translation>{path} ließ sich nicht als CSV-Datei von Bildern und Klassen lesen.</translation>
    </message>
    <message>
      <source>{path} could not be read as PyTorch weights: {error}</source>
      <translation>{path} ließ sich nicht als PyTorch-Gewichte lesen: {error}</translation>
    </message>
    <message>
      <source>{path} could not be read to the end, so it cannot be de-identified.</source>
      <translation>{path} ließ sich nicht zu Ende lesen und kann deshalb nicht de-identifiziert werden.</translation>
    </message>
    <message>
      <source>{path} could not be read to the end, so it was not de-identified.</source>
      <translation>{path} ließ sich nicht zu Ende lesen und wurde deshalb nicht de-identifiziert.</translation>
    </message>
    <message>
      <source>{path} could not be read within {seconds} seconds.</source>
      <translation>{path} ließ sich nicht in {seconds} Sekunden lesen.</translation>
    </message>
    <message>
      <source>{path} could not be read: {error}.</source>
      <translation>{path} ließ sich nicht lesen: {error}.</translation>
    </message>
    <message>
      <source>{path} could not be written: the disk is full.</source>
      <translation>{path} ließ sich nicht schreiben: Der Datenträger ist voll.</translation>
    </message>
    <message>
      <source>{path} could not be written: {error}.</source>
      <translation>{path} ließ sich nicht schreiben: {error}.</translation>
    </message>
    <message>
      <source>{path} did not read back as it was written.</source>
      <translation>{path} ließ sich nicht so zurücklesen, wie es geschrieben wurde.</translation>
    </message>
    <message>
      <source>{path} did not read back as it was written; check the disk.</source>
      <translation>{path} ließ sich nicht so zurücklesen, wie es geschrieben wurde; prüfen Sie den Datenträger.</translation>
    </message>
    <message>
      <source>{path} does not exist.</source>
      <translation>{path} gibt es nicht.</translation>
    </message>
    <message>
      <source>{path} has a colour space that the viewer does not open.</source>
      <translation>{path} hat einen Farbraum, den der Viewer nicht öffnet.</translation>
    </message>
    <message>
      <source>{path} has a value where a table belongs: {table}.</source>
      <translation>{path} hat einen Wert, wo eine Tabelle hingehört: {table}.</translation>
    </message>
    <message>
      <source>{path} has colours from a palette that is missing or damaged.</source>
      <translation>{path} hat Farben aus einer Palette, die fehlt oder beschädigt ist.</translation>
    </message>
    <message>
      <source>{path} has its colours as {photometric}, which the viewer does not open; {way_out}.</source>
      <translation>{path} hat seine Farben als {photometric}, was der Viewer nicht öffnet; {way_out}.</translation>
    </message>
    <message>
      <source>{path} has more pixels than the limit of {limits} megapixels.</source>
      <translation>{path} hat mehr Bildpunkte als die Grenze von {limits} Megapixeln.</translation>
    </message>
    <message>
      <source>{path} has no pixel with a value.</source>
      <translation>{path} hat keinen Bildpunkt mit einem Wert.</translation>
    </message>
    <message>
      <source>{path} has what looks like text in its picture, so it was left out.</source>
      <translation>{path} hat im Bild etwas, was wie Text aussieht, und wurde deshalb ausgelassen.</translation>
    </message>
    <message>
      <source>{path} has {columns} x {rows} pixels, more than the limit of {limit}.</source>
      <translation>{path} hat {columns} x {rows} Bildpunkte, mehr als die Grenze von {limit}.</translation>
    </message>
    <message>
      <source>{path} has {frames} frame(s), counted from 0; there is no frame {frame}.</source>
      <translation>{path} hat {frames} Einzelbild(er), ab 0 gezählt; ein Einzelbild {frame} gibt es nicht.</translation>
    </message>
    <message>
      <source>{path} has {frames} page(s), counted from 0; there is no page {frame}.</source>
      <translation>{path} hat {frames} Seite(n), ab 0 gezählt; eine Seite {frame} gibt es nicht.</translation>
    </message>
    <message>
      <source>{path} has {page}-bit values compressed by {name}, which the viewer does not open; save it uncompressed, or compressed by Deflate (ZIP).</source>
      <translation>{path} hat Werte von {page} Bit, mit {name} komprimiert, was der Viewer nicht öffnet; speichern Sie es unkomprimiert, oder mit Deflate (ZIP) komprimiert.</translation>
    </message>
    <message>
      <source>{path} has {reason}, which the viewer does not open; save it as a TIFF of 8 or 16 bits, or as PNG.</source>
      <translation>{path} hat {reason}, was der Viewer nicht öffnet; speichern Sie es als TIFF von 8 oder 16 Bit, oder als PNG.</translation>
    </message>
    <message>
      <source>{path} holds a {stream} JPEG picture, a process that the DICOM standard has retired and the viewer does not decode; export it again as uncompressed DICOM.</source>
      <translation>{path} enthält ein JPEG-Bild ({stream}), ein Verfahren, das der DICOM-Standard abgeschafft hat und der Viewer nicht dekodiert; exportieren Sie es neu als unkomprimiertes DICOM.</translation>
    </message>
    <message>
      <source>{path} holds more than weights, and what it holds could run any code when read; save the state dict alone, torch.save(model.state_dict(), 'weights.pth'): {error}</source>
      <translation>{path} enthält mehr als Gewichte, und das könnte beim Lesen beliebigen Code ausführen; speichern Sie nur das State-Dict, torch.save(model.state_dict(), 'weights.pth'): {error}</translation>
    </message>
    <message>
      <source>{path} holds no class names, one a line or as JSON.</source>
      <translation>{path} enthält keine Klassennamen, einen je Zeile oder als JSON.</translation>
    </message>
    <message>
      <source>{path} holds no class names.</source>
      <translation>{path} enthält keine Klassennamen.</translation>
    </message>
    <message>
      <source>{path} holds no image that the viewer can open.</source>
      <translation>{path} enthält kein Bild, das der Viewer öffnen kann.</translation>
    </message>
    <message>
      <source>{path} holds no weights that can be read: they come as safetensors, PyTorch's .pth, a torch.export program (.pt2) or an ONNX model.</source>
      <translation>{path} enthält keine lesbaren Gewichte: Diese kommen als safetensors, .pth von PyTorch, Programm von torch.export (.pt2) oder ONNX-Modell.</translation>
    </message>
    <message>
      <source>{path} holds Python objects ({name}), which could run any code when read; export the network without them.</source>
      <translation>{path} enthält Python-Objekte ({name}), die beim Lesen beliebigen Code ausführen könnten; exportieren Sie das Netz ohne sie.</translation>
    </message>
    <message>
      <source>{path} in {folder} is not YAML that can be read as data.</source>
      <translation>{path} in {folder} ist kein YAML, das sich als Daten lesen lässt.</translation>
    </message>
    <message>
      <source>{path} in {path2} is not JSON.</source>
      <translation>{path} in {path2} ist kein JSON.</translation>
    </message>
    <message>
      <source>{path} is a camera's raw file, with a small preview; export the picture as TIFF, PNG or JPEG from the camera's own program.</source>
      <translation>{path} ist die Rohdatei einer Kamera, mit kleiner Vorschau; exportieren Sie das Bild aus dem Programm der Kamera als TIFF, PNG oder JPEG.</translation>
    </message>
    <message>
      <source>{path} is a camera's raw file; export the picture as TIFF, PNG or JPEG from the camera's own program.</source>
      <translation>{path} ist die Rohdatei einer Kamera; exportieren Sie das Bild aus dem Programm der Kamera als TIFF, PNG oder JPEG.</translation>
    </message>
    <message>
      <source>{path} is a compressed overlay; only uncompressed and RLE ones are shown.</source>
      <translation>{path} ist ein komprimiertes Overlay; gezeigt werden nur unkomprimierte und RLE-komprimierte.</translation>
    </message>
    <message>
      <source>{path} is a DICOM file without an image ({kind}).</source>
      <translation>{path} ist eine DICOM-Datei ohne Bild ({kind}).</translation>
    </message>
    <message>
      <source>{path} is a folder, not an image file.</source>
      <translation>{path} ist ein Ordner, keine Bilddatei.</translation>
    </message>
    <message>
      <source>{path} is a HEIC photograph, which the viewer opens with its extra "heic" (pip install "segx-viewer[heic]"); or save it as JPEG or PNG.</source>
      <translation>{path} ist ein HEIC-Foto, das der Viewer mit dem Zusatz „heic“ öffnet (pip install "segx-viewer[heic]"); oder speichern Sie es als JPEG oder PNG.</translation>
    </message>
    <message>
      <source>{path} is a NIfTI volume, which the viewer does not open; export its slices as DICOM, TIFF or PNG.</source>
      <translation>{path} ist ein NIfTI-Volumen, das der Viewer nicht öffnet; exportieren Sie die Schichten als DICOM, TIFF oder PNG.</translation>
    </message>
    <message>
      <source>{path} is a pickle. It is read by PyTorch's restricted unpickler (weights only) and only with your consent; take it from sources that you trust only.</source>
      <translation>{path} ist eine Pickle-Datei. Sie wird mit PyTorchs eingeschränktem Leser (nur Gewichte) und nur mit Ihrer Zustimmung gelesen; nehmen Sie sie nur aus Quellen, denen Sie trauen.</translation>
    </message>
    <message>
      <source>{path} is a segmentation of a volume, with {frames} frames for {segments} segment(s); the viewer draws segmentations of single images.</source>
      <translation>{path} ist die Segmentierung eines Volumens, mit {frames} Einzelbildern für {segments} Segment(e); der Viewer zeichnet Segmentierungen einzelner Bilder.</translation>
    </message>
    <message>
      <source>{path} is a segmentation of a volume; only single images are shown.</source>
      <translation>{path} ist die Segmentierung eines Volumens; gezeigt werden nur die einzelner Bilder.</translation>
    </message>
    <message>
      <source>{path} is a YOLO model for {task}, which gives boxes and no mask of the image; those for segment give masks.</source>
      <translation>{path} ist ein YOLO-Modell für {task}, das Boxen liefert und keine Maske des Bildes; Masken liefern die für segment.</translation>
    </message>
    <message>
      <source>{path} is a {what} JPEG picture, which the viewer does not open by itself; export it as PNG or TIFF.</source>
      <translation>{path} ist ein JPEG-Bild ({what}), das der Viewer für sich nicht öffnet; exportieren Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
      <source>{path} is compressed as {name}, which the viewer does not decode; export it again as uncompressed DICOM.</source>
      <translation>{path} ist komprimiert mit {name}, was der Viewer nicht dekodiert; exportieren Sie es neu als unkomprimiertes DICOM.</translation>
    </message>
    <message>
      <source>{path} is damaged and could not be decoded.</source>
      <translation>{path} ist beschädigt und ließ sich nicht dekodieren.</translation>
    </message>
    <message>
      <source>{path} is damaged or not a readable DICOM file.</source>
      <translation>{path} ist beschädigt oder keine lesbare DICOM-Datei.</translation>
    </message>
    <message>
      <source>{path} is damaged or truncated.</source>
      <translation>{path} ist beschädigt oder abgeschnitten.</translation>
    </message>
    <message>
      <source>{path} is damaged: it claims to be in colour, with one value per pixel.</source>
      <translation>{path} ist beschädigt: Es gibt sich als farbig aus, mit einem Wert je Bildpunkt.</translation>
    </message>
    <message>
      <source>{path} is damaged: its header cannot be read.</source>
      <translation>{path} ist beschädigt: Der Kopf lässt sich nicht lesen.</translation>
    </message>
    <message>
      <source>{path} is damaged: its header says {layout} x {layout2} pixels, its compressed picture has {stream} x {stream2}.</source>
      <translation>{path} ist beschädigt: Der Kopf sagt {layout} x {layout2} Bildpunkte, das komprimierte Bild hat {stream} x {stream2}.</translation>
    </message>
    <message>
      <source>{path} is damaged: its rescale slope {modality} and intercept {modality2} make values that no image has.</source>
      <translation>{path} ist beschädigt: Rescale Slope {modality} und Intercept {modality2} ergeben Werte, die kein Bild hat.</translation>
    </message>
    <message>
      <source>{path} is damaged; install the model again.</source>
      <translation>{path} ist beschädigt; installieren Sie das Modell neu.</translation>
    </message>
    <message>
      <source>{path} is damaged; move it away to begin anew.</source>
      <translation>{path} ist beschädigt; räumen Sie es weg, um neu zu beginnen.</translation>
    </message>
    <message>
      <source>{path} is empty.</source>
      <translation>{path} ist leer.</translation>
    </message>
    <message>
      <source>{path} is incomplete: it begins like an image, but has no readable pixels.</source>
      <translation>{path} ist unvollständig: Es beginnt wie ein Bild, hat aber keine lesbaren Bildpunkte.</translation>
    </message>
    <message>
      <source>{path} is missing or does not match its checksum; get it again.</source>
      <translation>{path} fehlt oder passt nicht zu seiner Prüfsumme; holen Sie es noch einmal.</translation>
    </message>
    <message>
      <source>{path} is neither a segmentation nor a parametric map.</source>
      <translation>{path} ist weder eine Segmentierung noch eine parametrische Karte.</translation>
    </message>
    <message>
      <source>{path} is no index of analyze.</source>
      <translation>{path} ist kein Verzeichnis von analyze.</translation>
    </message>
    <message>
      <source>{path} is no longer the file that was analysed.</source>
      <translation>{path} ist nicht mehr die Datei, die analysiert wurde.</translation>
    </message>
    <message>
      <source>{path} is no segmenter that is known; name its weights file.</source>
      <translation>{path} ist kein bekannter Segmentierer; nennen Sie die Datei der Gewichte.</translation>
    </message>
    <message>
      <source>{path} is not a DICOM file, so it has no header to clean.</source>
      <translation>{path} ist keine DICOM-Datei und hat keinen Kopf, der zu bereinigen wäre.</translation>
    </message>
    <message>
      <source>{path} is not a key for pseudonyms.</source>
      <translation>{path} ist kein Schlüssel für Pseudonyme.</translation>
    </message>
    <message>
      <source>{path} is not a readable DICOMDIR.</source>
      <translation>{path} ist kein lesbares DICOMDIR.</translation>
    </message>
    <message>
      <source>{path} is not a regular file.</source>
      <translation>{path} ist keine gewöhnliche Datei.</translation>
    </message>
    <message>
      <source>{path} is not a safetensors file: {error}</source>
      <translation>{path} ist keine safetensors-Datei: {error}</translation>
    </message>
    <message>
      <source>{path} is not a session file, or is damaged.</source>
      <translation>{path} ist keine Sitzungsdatei, oder ist beschädigt.</translation>
    </message>
    <message>
      <source>{path} is not a session file.</source>
      <translation>{path} ist keine Sitzungsdatei.</translation>
    </message>
    <message>
      <source>{path} is not a time line, or is damaged.</source>
      <translation>{path} ist keine Zeitreihe, oder ist beschädigt.</translation>
    </message>
    <message>
      <source>{path} is not a time line.</source>
      <translation>{path} ist keine Zeitreihe.</translation>
    </message>
    <message>
      <source>{path} is not a torch.export program that can be read: it is damaged, or another version of PyTorch wrote it; export the network again.</source>
      <translation>{path} ist kein lesbares Programm von torch.export: Es ist beschädigt, oder eine andere Version von PyTorch hat es geschrieben; exportieren Sie das Netz neu.</translation>
    </message>
    <message>
      <source>{path} is not an image that the viewer can open.</source>
      <translation>{path} ist kein Bild, das der Viewer öffnen kann.</translation>
    </message>
    <message>
      <source>{path} is not an ONNX model, or it is damaged.</source>
      <translation>{path} ist kein ONNX-Modell, oder es ist beschädigt.</translation>
    </message>
    <message>
      <source>{path} is not DICOM; it has no tags.</source>
      <translation>{path} ist kein DICOM; es hat keine Tags.</translation>
    </message>
    <message>
      <source>{path} is not there any more.</source>
      <translation>{path} ist nicht mehr da.</translation>
    </message>
    <message>
      <source>{path} is not valid TOML: {error}.</source>
      <translation>{path} ist kein gültiges TOML: {error}.</translation>
    </message>
    <message>
      <source>{path} is probably damaged: its decoder crashed.</source>
      <translation>{path} ist wahrscheinlich beschädigt: Der Decoder ist abgestürzt.</translation>
    </message>
    <message>
      <source>{path} is the time line of another patient.</source>
      <translation>{path} ist die Zeitreihe eines anderen Patienten.</translation>
    </message>
    <message>
      <source>{path} is truncated: its pixels are incomplete.</source>
      <translation>{path} ist abgeschnitten: Die Bildpunkte sind unvollständig.</translation>
    </message>
    <message>
      <source>{path} is {kind}, which the viewer does not open; export it as PNG or TIFF.</source>
      <translation>{path} ist {kind}, was der Viewer nicht öffnet; exportieren Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
      <source>{path} is {said}.</source>
      <translation>{path} ist {said}.</translation>
    </message>
    <message>
      <source>{path} keeps its weights in another file, which is missing beside it.</source>
      <translation>{path} hat seine Gewichte in einer anderen Datei, die daneben fehlt.</translation>
    </message>
    <message>
      <source>{path} may have text in its picture, so it was left out.</source>
      <translation>{path} hat womöglich Text im Bild und wurde deshalb ausgelassen.</translation>
    </message>
    <message>
      <source>{path} needs a column image and a column class; it has {rows}.</source>
      <translation>{path} braucht eine Spalte image und eine Spalte class; es hat {rows}.</translation>
    </message>
    <message>
      <source>{path} needs more memory than reading it is allowed.</source>
      <translation>{path} braucht mehr Speicher, als zum Lesen erlaubt ist.</translation>
    </message>
    <message>
      <source>{path} needs more memory than there is.</source>
      <translation>{path} braucht mehr Speicher, als da ist.</translation>
    </message>
    <message>
      <source>{path} packs its pixels into {allocated} bits each, which the viewer does not open; {way_out}.</source>
      <translation>{path} packt jeden Bildpunkt in {allocated} Bit, was der Viewer nicht öffnet; {way_out}.</translation>
    </message>
    <message>
      <source>{path} states that text is burned in, and none was found: copy it where you see it.</source>
      <translation>{path} gibt an, dass Text eingebrannt ist, und es wurde keiner gefunden: Kopieren Sie es dort, wo Sie es sehen.</translation>
    </message>
    <message>
      <source>{path} wants {names} as inputs; a model of images has one.</source>
      <translation>{path} will {names} als Eingaben; ein Bildmodell hat eine.</translation>
    </message>
    <message>
      <source>{path} wants {type} {shape}; images are (N, C, H, W) of numbers.</source>
      <translation>{path} will {type} {shape}; Bilder sind (N, C, H, W) aus Zahlen.</translation>
    </message>
    <message>
      <source>{path} was written by another version of the program and cannot be opened.</source>
      <translation>{path} wurde von einer anderen Version des Programms geschrieben und lässt sich nicht öffnen.</translation>
    </message>
    <message>
      <source>{path} was written by another version of the program, and is left alone.</source>
      <translation>{path} wurde von einer anderen Version des Programms geschrieben und bleibt unberührt.</translation>
    </message>
    <message>
      <source>{path}: '{key}' of an archive cannot be {value}.</source>
      <translation>{path}: „{key}“ eines Archivs kann nicht {value} sein.</translation>
    </message>
    <message>
      <source>{path}: an archive has no '{key}'; it has {known}.</source>
      <translation>{path}: Ein Archiv hat kein „{key}“; es hat {known}.</translation>
    </message>
    <message>
      <source>{path}: an archive needs a name.</source>
      <translation>{path}: Ein Archiv braucht einen Namen.</translation>
    </message>
    <message>
      <source>{path}: archives are written as [[archive]].</source>
      <translation>{path}: Archive werden als [[archive]] geschrieben.</translation>
    </message>
    <message>
      <source>{path}: two archives have the same name.</source>
      <translation>{path}: Zwei Archive haben denselben Namen.</translation>
    </message>
    <message>
      <source>{picture} could not be read: {error}.</source>
      <translation>{picture} ließ sich nicht lesen: {error}.</translation>
    </message>
    <message>
      <source>{place} is in the way; remove it first.</source>
      <translation>{place} ist im Weg; entfernen Sie es zuerst.</translation>
    </message>
    <message>
      <source>{plain} colours of {page} bits</source>
      <translation>{plain}-Farben von {page} Bit</translation>
    </message>
    <message>
      <source>{said} images are left out: refused, or without a region.</source>
      <translation>{said} Bilder werden ausgelassen: abgelehnt, oder ohne Region.</translation>
    </message>
    <message>
      <source>{server} answered {status}, a fault of its own.</source>
      <translation>{server} antwortete {status}, ein Fehler auf seiner Seite.</translation>
    </message>
    <message>
      <source>{server} answered {status}.</source>
      <translation>{server} antwortete {status}.</translation>
    </message>
    <message>
      <source>{server} broke off in the middle.</source>
      <translation>{server} brach mittendrin ab.</translation>
    </message>
    <message>
      <source>{server} broke off the {doing}. If it does so every time, it does not allow that to {server2}: its administrator has to enter this program's title, address and rights.</source>
      <translation>{server} brach ab ({doing}). Geschieht das jedes Mal, so ist es {server2} dort nicht erlaubt: Die Verwaltung muss Titel, Adresse und Rechte dieses Programms eintragen.</translation>
    </message>
    <message>
      <source>{server} cannot be reached at {server2}, or broke off.</source>
      <translation>{server} ist unter {server2} nicht zu erreichen, oder brach ab.</translation>
    </message>
    <message>
      <source>{server} cannot be reached at {server2}:{server3}: {error}.</source>
      <translation>{server} ist unter {server2}:{server3} nicht zu erreichen: {error}.</translation>
    </message>
    <message>
      <source>{server} cannot be searched: it refuses the service.</source>
      <translation>{server} lässt sich nicht durchsuchen: Er verweigert den Dienst.</translation>
    </message>
    <message>
      <source>{server} cannot send images in the form that they are stored in.</source>
      <translation>{server} kann Bilder nicht in der Form senden, in der sie gespeichert sind.</translation>
    </message>
    <message>
      <source>{server} could not search: {said}.</source>
      <translation>{server} konnte nicht suchen: {said}.</translation>
    </message>
    <message>
      <source>{server} did not answer at {server2}:{server3} within {server4} seconds.</source>
      <translation>{server} antwortete unter {server2}:{server3} nicht in {server4} Sekunden.</translation>
    </message>
    <message>
      <source>{server} did not answer within {server2} seconds.</source>
      <translation>{server} antwortete nicht in {server2} Sekunden.</translation>
    </message>
    <message>
      <source>{server} did not send: its administrator has to enter {server2} with this computer's address and port {server3}.</source>
      <translation>{server} sendete nicht: Die Verwaltung muss {server2} mit der Adresse dieses Rechners und Port {server3} eintragen.</translation>
    </message>
    <message>
      <source>{server} does not allow this user to do that.</source>
      <translation>{server} erlaubt das diesem Benutzer nicht.</translation>
    </message>
    <message>
      <source>{server} does not send by C-GET; choose C-MOVE in its settings.</source>
      <translation>{server} sendet nicht mit C-GET; wählen Sie in den Einstellungen C-MOVE.</translation>
    </message>
    <message>
      <source>{server} does not send by C-MOVE; choose C-GET in its settings.</source>
      <translation>{server} sendet nicht mit C-MOVE; wählen Sie in den Einstellungen C-GET.</translation>
    </message>
    <message>
      <source>{server} does not take it as it is compressed, and it could not be decoded.</source>
      <translation>{server} nimmt es so komprimiert nicht an, und es ließ sich nicht dekodieren.</translation>
    </message>
    <message>
      <source>{server} does not take objects of this kind ({kind}).</source>
      <translation>{server} nimmt Objekte dieser Art nicht an ({kind}).</translation>
    </message>
    <message>
      <source>{server} does not take this kind of object.</source>
      <translation>{server} nimmt Objekte dieser Art nicht an.</translation>
    </message>
    <message>
      <source>{server} ended the connection at once; it may want a client certificate, or refuse this program.</source>
      <translation>{server} beendete die Verbindung sofort; vielleicht will er ein Client-Zertifikat, oder weist dieses Programm ab.</translation>
    </message>
    <message>
      <source>{server} ended the connection at once; it may want an encrypted one, or not speak DICOM.</source>
      <translation>{server} beendete die Verbindung sofort; vielleicht will er eine verschlüsselte, oder spricht kein DICOM.</translation>
    </message>
    <message>
      <source>{server} finds the object too large.</source>
      <translation>{server} findet das Objekt zu groß.</translation>
    </message>
    <message>
      <source>{server} gave an answer that is no DICOMweb: is the address right?</source>
      <translation>{server} gab eine Antwort, die kein DICOMweb ist: Stimmt die Adresse?</translation>
    </message>
    <message>
      <source>{server} had it already.</source>
      <translation>{server} hatte es schon.</translation>
    </message>
    <message>
      <source>{server} has no space left.</source>
      <translation>{server} hat keinen Platz mehr.</translation>
    </message>
    <message>
      <source>{server} has nothing at this address.</source>
      <translation>{server} hat unter dieser Adresse nichts.</translation>
    </message>
    <message>
      <source>{server} has stored it, and changed some of its values.</source>
      <translation>{server} hat es gespeichert, und einige Werte geändert.</translation>
    </message>
    <message>
      <source>{server} has stored it.</source>
      <translation>{server} hat es gespeichert.</translation>
    </message>
    <message>
      <source>{server} needs a password or token, and none is known.</source>
      <translation>{server} braucht ein Passwort oder Token, und keines ist bekannt.</translation>
    </message>
    <message>
      <source>{server} refused it: {reason}.</source>
      <translation>{server} lehnte es ab: {reason}.</translation>
    </message>
    <message>
      <source>{server} refused the connection: {reason}.</source>
      <translation>{server} lehnte die Verbindung ab: {reason}.</translation>
    </message>
    <message>
      <source>{server} refused the object.</source>
      <translation>{server} lehnte das Objekt ab.</translation>
    </message>
    <message>
      <source>{server} refused the user's name and password, or the token.</source>
      <translation>{server} lehnte Benutzernamen und Passwort ab, oder das Token.</translation>
    </message>
    <message>
      <source>{server} takes nothing of this kind ({kinds}).</source>
      <translation>{server} nimmt nichts dieser Art an ({kinds}).</translation>
    </message>
    <message>
      <source>{server}: images that come by C-MOVE over TLS need an own certificate.</source>
      <translation>{server}: Bilder, die mit C-MOVE über TLS kommen, brauchen ein eigenes Zertifikat.</translation>
    </message>
    <message>
      <source>{server}: no encrypted connection came about; it may want a client certificate, or no encryption.</source>
      <translation>{server}: Keine verschlüsselte Verbindung kam zustande; vielleicht will er ein Client-Zertifikat, oder keine Verschlüsselung.</translation>
    </message>
    <message>
      <source>{server}: no encrypted connection came about; it may want a client certificate.</source>
      <translation>{server}: Keine verschlüsselte Verbindung kam zustande; vielleicht will er ein Client-Zertifikat.</translation>
    </message>
    <message>
      <source>{server}: the certificate is not to be trusted ({reason}).</source>
      <translation>{server}: Dem Zertifikat ist nicht zu trauen ({reason}).</translation>
    </message>
    <message>
      <source>{server}: the file {file} is missing.</source>
      <translation>{server}: Die Datei {file} fehlt.</translation>
    </message>
    <message>
      <source>{server}: {server2} and its key do not fit together, or the key is encrypted.</source>
      <translation>{server}: {server2} und der Schlüssel passen nicht zusammen, oder der Schlüssel ist verschlüsselt.</translation>
    </message>
    <message>
      <source>{server}: {server2} holds no certificates in PEM form.</source>
      <translation>{server}: {server2} enthält keine Zertifikate in PEM-Form.</translation>
    </message>
    <message>
      <source>{source} could not be read to the end, so it was not de-identified.</source>
      <translation>{source} ließ sich nicht zu Ende lesen und wurde deshalb nicht de-identifiziert.</translation>
    </message>
    <message>
      <source>{source} has {unused} weights for which {architecture} has no place (beside {used} that fit): {names}. Another architecture made them, most likely a larger sibling; name that one, or say that they may be left out (--allow-unused).</source>
      <translation>{source} hat {unused} Gewichte, für die {architecture} keinen Platz hat (neben {used}, die passen): {names}. Eine andere Architektur hat sie gemacht, wohl eine größere Schwester; nennen Sie diese, oder erlauben Sie, sie wegzulassen (--allow-unused).</translation>
    </message>
    <message>
      <source>{source} is a YOLO model for {task}, which gives boxes; classifiers are those for classify.{also}</source>
      <translation>{source} ist ein YOLO-Modell für {task}, das Boxen liefert; Klassifikatoren sind die für classify.{also}</translation>
    </message>
    <message>
      <source>{source} is cut off: pixels are missing, so it was not de-identified.</source>
      <translation>{source} ist abgeschnitten: Bildpunkte fehlen; es wurde deshalb nicht de-identifiziert.</translation>
    </message>
    <message>
      <source>{source} is no model that is known: it has no {manifest}, and no config.json of timm or transformers; name the weights file itself.</source>
      <translation>{source} ist kein bekanntes Modell: Es hat kein {manifest} und kein config.json von timm oder transformers; nennen Sie die Gewichtsdatei selbst.</translation>
    </message>
    <message>
      <source>{source} is not an ONNX model, or it is damaged.</source>
      <translation>{source} ist kein ONNX-Modell, oder es ist beschädigt.</translation>
    </message>
    <message>
      <source>{source}: {unused} weights are not used: {names}.</source>
      <translation>{source}: {unused} Gewichte werden nicht benutzt: {names}.</translation>
    </message>
    <message>
      <source>{target} could not be written: the file's header cannot be encoded again.</source>
      <translation>{target} ließ sich nicht schreiben: Der Kopf der Datei lässt sich nicht neu kodieren.</translation>
    </message>
    <message>
      <source>{target} is the original; choose another name for the de-identified copy.</source>
      <translation>{target} ist das Original; wählen Sie für die de-identifizierte Kopie einen anderen Namen.</translation>
    </message>
    <message>
      <source>{text} are no channels: they are numbers counted from 0, or NAME=0,1.</source>
      <translation>{text} sind keine Kanäle: Es sind Zahlen von 0 an, oder NAME=0,1.</translation>
    </message>
    <message>
      <source>{unchanged} images with {mistakes} mistakes are too few to calibrate on.</source>
      <translation>{unchanged} Bilder mit {mistakes} Fehlern sind zu wenige zum Kalibrieren.</translation>
    </message>
  </context>
</TS>
