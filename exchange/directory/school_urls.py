from django.urls import path

from exchange.directory import school_views as views

urlpatterns = [
    path("", views.schools, name="schools"),
    path("suggest/", views.schools_suggest, name="schools_suggest"),
    path("<int:pk>/", views.school, name="school"),
]
