from django.urls import path

from members import demo

urlpatterns = [
    path("", demo.letter_list, name="demo_letters"),
    path("<int:pk>/", demo.letter_detail, name="demo_letter"),
]
