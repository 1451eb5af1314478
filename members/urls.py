from django.urls import path

from members import account_views, contact_views, dues_views, joining_views, letter_views, views

app_name = "members"
urlpatterns = [
    path("membres/", views.directory, name="directory"),
    path("groupes/", views.group_list, name="groups"),
    path("groupes/<slug:slug>/", views.group_detail, name="group"),
    path("groupes/<slug:slug>/rejoindre/", views.group_join, name="group_join"),
    path("groupes/<slug:slug>/quitter/", views.group_leave, name="group_leave"),
    path("groupes/<slug:slug>/annonces/", views.group_notices, name="group_notices"),
    path("groupes/<slug:slug>/demander/", views.group_ask, name="group_ask"),
    path("groupes/<slug:slug>/renoncer/", views.group_withdraw, name="group_withdraw"),
    path("personnes/<slug:slug>/", views.person_detail, name="person"),
    path("organisations/<slug:slug>/", views.organisation_detail, name="organisation"),
    path("equipe/", views.team, name="team"),
    path("contact/", contact_views.contact, name="contact"),
    path("contact/merci/", contact_views.contact_thanks, name="contact_thanks"),
    path("adherer/demande/", joining_views.apply, name="apply"),
    path("adherer/demande/reponse/", joining_views.answer, name="answer"),
    path("adherer/invitation/", joining_views.take_up, name="take_up"),
    path("adherer/parrainage/<token>/", joining_views.sponsor, name="sponsor"),
    path("adherer/<token>/", joining_views.join, name="join"),
    path("compte/", account_views.me, name="me"),
    path("compte/nom/", account_views.name_edit, name="name"),
    path("compte/cotisation/", dues_views.dues, name="dues"),
    path("compte/cotisation/<int:pk>/places/", dues_views.seat_give, name="seat_give"),
    path("compte/cotisation/places/<int:pk>/reprendre/", dues_views.seat_take_back, name="seat_take_back"),
    path("compte/cotisation/<int:pk>/recu/", dues_views.receipt, name="receipt"),
    path("compte/cotisation/factures/<slug:number>/", dues_views.invoice, name="invoice"),
    path("compte/lettres/", letter_views.letters, name="letters"),
    path("compte/lettres/aucune/", letter_views.none, name="letters_none"),
    path("compte/lettres/arreter/<token>/", letter_views.stop, name="letters_stop"),
    path("compte/lettres/reprendre/<token>/", letter_views.undo, name="letters_undo"),
    path("compte/profil/", account_views.profile_edit, name="profile"),
]
